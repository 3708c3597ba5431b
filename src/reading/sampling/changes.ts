import type { Cancel, Clock } from '../../clock.ts'
import type { Measurement } from '../../hal/sensor.ts'

/** Measurements that a sensor emits by itself between samples. `at`: Clock.monotonic(). */
export interface Change {
  readonly changed: readonly Measurement[]
  readonly at: number
}

/**
 * Passes the changes of one sensor on at once, at most one in `spacing`: of faster ones the newest waits and is
 * passed on at the end of the spacing, so that the last emitted change is the present state.
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

  /** Emits what waits now, before something later is emitted. */
  flush(): void {
    this.#cancel()
    const change = this.#waiting
    this.#waiting = undefined
    if (change === undefined) return
    this.#next = this.#clock.monotonic() + this.#spacing
    this.#emit(change)
  }

  /** Drops what waits. */
  end(): void {
    this.#cancel()
    this.#waiting = undefined
  }
}
