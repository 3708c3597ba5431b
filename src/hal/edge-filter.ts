import type { Cancel, Clock } from '../clock.ts'
import type { Edge, InputOptions, Level } from './gpio.ts'

/**
 * Between a line and its listener. With a debounce time, lets a level pass that has held so long and
 * differs from the one reported last; without, every edge. Of those only the edges asked for.
 */
export class EdgeFilter {
  readonly #clock: Clock
  readonly #options: InputOptions
  readonly #listener: (edge: Edge) => void
  #reported: Level
  #cancel: Cancel = () => {}

  /** @param initial the level before the first edge */
  constructor(clock: Clock, initial: Level, options: InputOptions, listener: (edge: Edge) => void) {
    this.#clock = clock
    this.#reported = initial
    this.#options = options
    this.#listener = listener
  }

  next(change: Edge): void {
    const { debounce = 0 } = this.#options
    this.#cancel()
    if (debounce === 0) this.#report(change)
    else
      this.#cancel = this.#clock.after(
        debounce,
        () => change.level !== this.#reported && this.#report(change)
      )
  }

  /** Nothing is reported any more. */
  end(): void {
    this.#cancel()
  }

  #report(change: Edge): void {
    const { edge = 'both' } = this.#options
    this.#reported = change.level
    if (edge === 'both' || (edge === 'rising') === (change.level === 1)) this.#listener(change)
  }
}
