/** The pulses between two samples. Times in milliseconds, by one clock. */
export interface Pulses {
  readonly count: number
  /** When the first and the last of them were; undefined where there were none. */
  readonly first: number | undefined
  readonly last: number | undefined
}

/**
 * Pulses per second between two samples: their number over the time from the last pulse before to the last
 * pulse now, which is exact for slow pulses as well, unlike a count over the interval. Without a pulse, the
 * rate is at most one pulse in the time since the last.
 */
export class RateMeter {
  readonly #still: number
  /** When the last pulse was. */
  #last: number | undefined
  #rate = 0

  /** @param still milliseconds without a pulse after which the rate is 0 */
  constructor(still: number) {
    this.#still = still
  }

  next({ count, first, last }: Pulses, now: number): number {
    const before = this.#last
    if (first !== undefined && last !== undefined) {
      // After a standstill the time since the previous pulse says nothing about the current rate.
      const goesOn = before !== undefined && first - before <= this.#still
      const [pulses, time] = goesOn ? [count, last - before] : [count - 1, last - first]
      this.#rate = time > 0 ? (1000 * pulses) / time : 0
      this.#last = last
    } else if (before === undefined || now - before > this.#still) {
      this.#rate = 0
    } else {
      this.#rate = Math.min(this.#rate, 1000 / (now - before))
    }
    return this.#rate
  }
}
