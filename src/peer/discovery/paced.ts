import type { Cancel, Clock } from '../../clock.ts'

/** Does something at most once a period, however often it is asked for. */
export class Paced {
  readonly #clock: Clock
  readonly #period: number
  readonly #work: () => void
  #doneAt = Number.NEGATIVE_INFINITY
  #cancel: Cancel | undefined

  /** @param period milliseconds from one time to the next */
  constructor(clock: Clock, period: number, work: () => void) {
    this.#clock = clock
    this.#period = period
    this.#work = work
  }

  /** At once, or at the end of the period: then once for all calls meanwhile. */
  ask(): void {
    if (this.#cancel !== undefined) return
    const wait = this.#doneAt + this.#period - this.#clock.monotonic()
    if (wait <= 0) this.#do()
    else this.#cancel = this.#clock.after(wait, () => this.#do())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #do(): void {
    this.#cancel = undefined
    this.#doneAt = this.#clock.monotonic()
    this.#work()
  }
}
