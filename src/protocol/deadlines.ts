import type { Cancel, Clock } from '../clock.ts'

/** What is late at `due`, on the monotonic clock; it may be put off by setting that. */
export interface Due {
  due: number
}

/**
 * A few waits of which most end before they are late, by one timer. To end a wait costs no timer: the one that runs
 * looks at what is late when it fires, and ends when nothing waits.
 */
export class Deadlines<T extends Due> implements Iterable<T> {
  readonly #clock: Clock
  readonly #late: (item: T, now: number) => void
  /** In the order in which they were added. A map whose only entry comes and goes is built anew for each. */
  readonly #waiting: T[] = []
  #cancel: Cancel | undefined
  #timerAt = Number.POSITIVE_INFINITY

  /** @param late what it leaves in must have been put off */
  constructor(clock: Clock, late: (item: T, now: number) => void) {
    this.#clock = clock
    this.#late = late
  }

  get size(): number {
    return this.#waiting.length
  }

  has(item: T): boolean {
    return this.#waiting.includes(item)
  }

  find(matches: (item: T) => boolean): T | undefined {
    return this.#waiting.find(matches)
  }

  /** @param now monotonic milliseconds */
  add(item: T, now: number): void {
    this.#waiting.push(item)
    this.#wakeAt(item.due, now)
  }

  remove(item: T): void {
    const at = this.#waiting.indexOf(item)
    if (at >= 0) this.#waiting.splice(at, 1)
  }

  /** Ends the timer where nothing waits. */
  rest(): void {
    if (this.#waiting.length > 0) return
    this.#cancel?.()
    this.#timerAt = Number.POSITIVE_INFINITY
  }

  [Symbol.iterator](): ArrayIterator<T> {
    return this.#waiting[Symbol.iterator]()
  }

  #wakeAt(due: number, now: number): void {
    if (this.#timerAt <= due) return
    this.#cancel?.()
    this.#timerAt = due
    this.#cancel = this.#clock.after(Math.max(0, due - now), () => this.#wake())
  }

  #wake(): void {
    this.#timerAt = Number.POSITIVE_INFINITY
    const now = this.#clock.monotonic()
    // What was late before it may have ended it.
    for (const item of [...this.#waiting]) if (item.due <= now && this.has(item)) this.#late(item, now)
    for (const { due } of this.#waiting) this.#wakeAt(due, now)
  }
}
