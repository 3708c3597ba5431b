/** The pulses from one look to the next. Times in milliseconds, by one clock. */
export interface Pulses {
  readonly count: number
  /** When the first and the last of them were; undefined where there were none. */
  readonly first: number | undefined
  readonly last: number | undefined
}

/**
 * Pulses a second, from one look to the next. Where there were any, their number over the time from the
 * last one before to the last one now: exact for slow pulses too, which a count over the interval is not.
 * Where there was none, the rate cannot be more than one in the time since.
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
      // After a standstill the time since the pulse before says nothing about the rate now.
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
