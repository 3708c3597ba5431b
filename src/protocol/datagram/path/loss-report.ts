import type { Cancel, Clock } from '../../../clock.ts'
import type { ReplayWindow } from '../packet/replay-window.ts'

const PERIOD = 5000

/**
 * Reports to the peer every 5 s, while packets arrive, how many of its packets arrived since the last report
 * and how many it must have sent, by their numbers. Both sides do (docs/protocols.md section 13).
 */
export class LossReport {
  readonly #clock: Clock
  readonly #send: (received: number, expected: number) => void
  #received = 0
  #expected = 0
  #window: ReplayWindow | undefined
  #counted = -1
  #cancel: Cancel | undefined

  constructor(clock: Clock, send: (received: number, expected: number) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** An authentic packet was marked in the window of the current key. */
  received(window: ReplayWindow): void {
    if (window !== this.#window) this.#follow(window)
    this.#count()
  }

  /** An authentic packet arrived under a key that has been replaced. */
  straggler(): void {
    this.#expected++
    this.#count()
  }

  close(): void {
    this.#cancel?.()
  }

  #report(): void {
    this.#cancel = undefined
    this.#advance()
    this.#send(this.#received, this.#expected)
    this.#received = 0
    this.#expected = 0
  }

  #count(): void {
    this.#received++
    this.#cancel ??= this.#clock.after(PERIOD, () => this.#report())
  }

  /** New keys count from 0 again. */
  #follow(window: ReplayWindow): void {
    this.#advance()
    this.#window = window
    this.#counted = window.newest - 1
  }

  #advance(): void {
    const newest = this.#window?.newest ?? -1
    // Capped, because the field has 32 bits; no honest sender leaps so far in 5 s.
    this.#expected = Math.min(this.#expected + Math.max(0, newest - this.#counted), 2 ** 32 - 1)
    this.#counted = newest
  }
}
