import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'

/** Failures within this many milliseconds count together. */
const WINDOW = 600_000
/** So many failures in the window make a neighbour unreliable. */
const MAX_FAILURES = 3
/** Neighbours whose failures are remembered. */
const CAPACITY = 256

/** Which neighbours named paths that failed. One that does so again and again is asked last, never not at all. */
export class PathFailures {
  readonly #clock: Clock
  /** Clock.monotonic() of the last failures of a neighbour. */
  readonly #failures = new BoundedMap<string, readonly number[]>(CAPACITY)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(neighbour: string): void {
    const times = [...(this.#failures.get(neighbour) ?? []), this.#clock.monotonic()]
    this.#failures.set(neighbour, times.slice(-MAX_FAILURES))
  }

  isUnreliable(neighbour: string): boolean {
    const [first, ...others] = this.#failures.get(neighbour) ?? []
    return (
      first !== undefined && others.length === MAX_FAILURES - 1 && this.#clock.monotonic() - first < WINDOW
    )
  }
}
