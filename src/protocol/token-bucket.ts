import type { Clock } from '../clock.ts'

export interface BucketOptions {
  /** Tokens that come back each second. */
  readonly rate: number
  /** Tokens of a full bucket. */
  readonly burst: number
  /** How many names have a bucket that is not full. */
  readonly names: number
}

interface Level {
  readonly tokens: number
  readonly at: number
}

/**
 * A token bucket for each name. A full bucket says nothing, so it is not kept: names that only ever
 * fail and are given back leave no trace. Beyond `names` the one that was charged longest ago, which
 * has filled up most, is forgotten.
 */
export class TokenBuckets {
  readonly #clock: Clock
  readonly #options: BucketOptions
  /** In the order of their last change. */
  readonly #levels = new Map<string, Level>()

  constructor(clock: Clock, options: BucketOptions) {
    this.#clock = clock
    this.#options = options
  }

  get size(): number {
    return this.#levels.size
  }

  /** @returns false where the bucket is empty */
  take(name: string): boolean {
    const tokens = this.#tokens(name)
    if (tokens >= 1) this.#set(name, tokens - 1)
    return tokens >= 1
  }

  giveBack(name: string): void {
    this.#set(name, this.#tokens(name) + 1)
  }

  #tokens(name: string): number {
    const { rate, burst } = this.#options
    const level = this.#levels.get(name)
    if (level === undefined) return burst
    return Math.min(burst, level.tokens + ((this.#clock.monotonic() - level.at) * rate) / 1000)
  }

  #set(name: string, tokens: number): void {
    this.#levels.delete(name)
    if (tokens >= this.#options.burst) return
    this.#levels.set(name, { tokens, at: this.#clock.monotonic() })
    const oldest = this.#levels.keys().next().value
    if (this.#levels.size > this.#options.names && oldest !== undefined) this.#levels.delete(oldest)
  }
}
