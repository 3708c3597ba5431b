import { BoundedMap } from '../bounded-map.ts'
import type { Clock } from '../clock.ts'

export interface BucketOptions {
  /** Tokens that are added each second. */
  readonly rate: number
  /** Tokens of a full bucket. */
  readonly burst: number
  /** How many names have a bucket that is not full. */
  readonly names: number
}

interface Level {
  tokens: number
  at: number
}

/**
 * A token bucket for each name. A full bucket is not kept, so that names whose every token is given back use
 * no memory. Beyond `names` the bucket changed longest ago is removed.
 */
export class TokenBuckets {
  readonly #clock: Clock
  readonly #options: BucketOptions
  /** In the order of their last change. */
  readonly #levels: BoundedMap<string, Level>

  constructor(clock: Clock, options: BucketOptions) {
    this.#clock = clock
    this.#options = options
    this.#levels = new BoundedMap(options.names)
  }

  get size(): number {
    return this.#levels.size
  }

  /**
   * @param cost tokens taken, all or none
   * @returns false where the bucket has not as many
   */
  take(name: string, cost = 1): boolean {
    const tokens = this.#tokens(name)
    if (tokens >= cost) this.#set(name, tokens - cost)
    return tokens >= cost
  }

  /** Whether take() would succeed. */
  has(name: string, cost = 1): boolean {
    return this.#tokens(name) >= cost
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
    if (tokens >= this.#options.burst) {
      this.#levels.delete(name)
      return
    }
    const level = this.#levels.get(name) ?? { tokens, at: 0 }
    level.tokens = tokens
    level.at = this.#clock.monotonic()
    this.#levels.set(name, level)
  }
}
