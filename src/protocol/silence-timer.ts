import type { Cancel, Clock } from '../clock.ts'

/**
 * Calls `onSilence` each time `ms` have passed without a touch. A touch costs no timer: the one that runs
 * looks at the time when it fires.
 */
export class SilenceTimer {
  readonly #clock: Clock
  readonly #ms: number
  readonly #onSilence: () => void
  #touched: number
  #cancel: Cancel

  constructor(clock: Clock, ms: number, onSilence: () => void) {
    this.#clock = clock
    this.#ms = ms
    this.#onSilence = onSilence
    this.#touched = clock.monotonic()
    this.#cancel = this.#arm(ms)
  }

  touch(): void {
    this.#touched = this.#clock.monotonic()
  }

  stop(): void {
    this.#cancel()
  }

  #arm(ms: number): Cancel {
    return this.#clock.after(ms, () => this.#look())
  }

  #look(): void {
    const left = this.#touched + this.#ms - this.#clock.monotonic()
    this.#cancel = this.#arm(left > 0 ? left : this.#ms)
    if (left > 0) return
    this.touch()
    this.#onSilence()
  }
}
