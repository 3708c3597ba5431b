import type { Cancel, Clock } from '../../../clock.ts'
import type { ReplayWindow } from '../packet/replay-window.ts'

const PERIOD = 5000

/**
 * Tells the peer every 5 s, while packets flow, how many of its packets arrived since the last report
 * and how many it must have sent, by their numbers. Both sides do.
 */
export class LossReport {
  readonly #clock: Clock
  readonly #tell: (received: number, expected: number) => void
  #received = 0
  #expected = 0
  #window: ReplayWindow | undefined
  #counted = -1
  #cancel: Cancel | undefined

  constructor(clock: Clock, tell: (received: number, expected: number) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** An authentic packet was marked in the window of the current key. */
  received(window: ReplayWindow): void {
    if (window !== this.#window) this.#follow(window)
    this.#count()
  }

  /** An authentic packet came under a key that has been replaced. */
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
    this.#tell(this.#received, this.#expected)
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
    // A leap that no honest sender makes in 5 s says nothing about loss; the field has 32 bits.
    this.#expected = Math.min(this.#expected + Math.max(0, newest - this.#counted), 2 ** 32 - 1)
    this.#counted = newest
  }
}
