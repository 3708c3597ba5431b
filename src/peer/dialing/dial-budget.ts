import type { Clock } from '../../clock.ts'

/**
 * How many addresses of strangers may be dialled: a token bucket that holds the dials of one minute. Whoever is on
 * the local network can announce any number of peers, and each dial is a connection to a host that it chose.
 */
export class DialBudget {
  readonly #clock: Clock
  readonly #perMinute: number
  #tokens: number
  #countedAt: number

  /** @param perMinute addresses */
  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock
    this.#perMinute = perMinute
    this.#tokens = perMinute
    this.#countedAt = clock.monotonic()
  }

  /**
   * @param wanted addresses to dial
   * @param isReached whether the peer was connected before: half of the budget is left to such peers
   * @returns how many of them may be dialled now
   */
  take(wanted: number, isReached: boolean): number {
    const now = this.#clock.monotonic()
    const earned = ((now - this.#countedAt) / 60_000) * this.#perMinute
    this.#tokens = Math.min(this.#perMinute, this.#tokens + earned)
    this.#countedAt = now
    const left = Math.floor(isReached ? this.#tokens : this.#tokens - this.#perMinute / 2)
    const granted = Math.min(wanted, Math.max(0, left))
    this.#tokens -= granted
    return granted
  }
}
