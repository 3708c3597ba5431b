import type { Cancel, Clock } from '../../clock.ts'
import type { Measurement } from '../../hal/sensor.ts'

/** What a sensor tells between samples, and when that was. */
export interface Change {
  readonly changed: readonly Measurement[]
  readonly at: number
}

/**
 * Lets the changes of one sensor pass at once, and at most one a `spacing`: of those that come faster the
 * newest waits for its turn, so that what was told last is how things are.
 */
export class SamplerChanges {
  readonly #clock: Clock
  readonly #spacing: number
  readonly #emit: (change: Change) => void
  #waiting: Change | undefined
  #cancel: Cancel = () => {}
  #next = -Infinity

  /** @param spacing milliseconds */
  constructor(clock: Clock, spacing: number, emit: (change: Change) => void) {
    this.#clock = clock
    this.#spacing = spacing
    this.#emit = emit
  }

  take(change: Change): void {
    const left = this.#next - this.#clock.monotonic()
    const first = this.#waiting === undefined
    this.#waiting = change
    if (left <= 0) this.flush()
    else if (first) this.#cancel = this.#clock.after(left, () => this.flush())
  }

  /** Tells now what waits: something later is about to be told. */
  flush(): void {
    this.#cancel()
    const change = this.#waiting
    this.#waiting = undefined
    if (change === undefined) return
    this.#next = this.#clock.monotonic() + this.#spacing
    this.#emit(change)
  }

  /** Forgets what waits. */
  end(): void {
    this.#cancel()
    this.#waiting = undefined
  }
}
