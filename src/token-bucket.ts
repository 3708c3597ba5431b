/** Permits added each second, and their maximum. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** A token bucket on the caller's clock; it starts full. */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #filledAt = 0

  constructor(rate: Rate) {
    this.#rate = rate
    this.#tokens = rate.burst
  }

  /**
   * @param now monotonic milliseconds
   * @param perSecond in place of the bucket's own rate, where the rate changes
   */
  take(now: number, perSecond = this.#rate.perSecond): boolean {
    this.#fill(now, perSecond)
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /** Gives a permit back that was not needed. */
  give(): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + 1)
  }

  /** Whether take() would succeed. */
  has(now: number): boolean {
    this.#fill(now, this.#rate.perSecond)
    return this.#tokens >= 1
  }

  /** Whether the bucket is full again. */
  full(now: number): boolean {
    this.#fill(now, this.#rate.perSecond)
    return this.#tokens === this.#rate.burst
  }

  #fill(now: number, perSecond: number): void {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + ((now - this.#filledAt) * perSecond) / 1000)
    this.#filledAt = now
  }
}
