import type { Clock } from '../../clock.ts'
import { EARNED } from './constants.ts'

/** How long one answer may go on: missing readings that it brings put its end off. */
export class AnswerTime {
  readonly #clock: Clock
  readonly #most: number
  #due: number

  /** @param most milliseconds without a missing reading */
  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
    this.#due = clock.monotonic() + most
  }

  /** Milliseconds. */
  get left(): number {
    return Math.max(0, this.#due - this.#clock.monotonic())
  }

  brought(readings: number): void {
    this.#due = Math.min(this.#clock.monotonic() + this.#most, this.#due + readings * EARNED)
  }
}
