/** Bytes a second, and bytes at once. */
export interface ByteRate {
  readonly perSecond: number
  readonly burst: number
}

/**
 * A token bucket of bytes that are taken before they are there: who takes is told how long to wait. So those who
 * share it take turns, in the order in which they took.
 */
export class ByteBudget {
  readonly #rate: ByteRate
  #bytes: number
  #filledAt = 0

  /** It starts full. */
  constructor(rate: ByteRate) {
    this.#rate = rate
    this.#bytes = rate.burst
  }

  /** @param now monotonic milliseconds @returns milliseconds until the bytes may be sent */
  take(bytes: number, now: number): number {
    const { perSecond, burst } = this.#rate
    this.#bytes = Math.min(burst, this.#bytes + ((now - this.#filledAt) * perSecond) / 1000) - bytes
    this.#filledAt = now
    return this.#bytes >= 0 ? 0 : (-this.#bytes * 1000) / perSecond
  }
}
