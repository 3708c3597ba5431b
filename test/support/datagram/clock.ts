import type { Cancel, Clock } from '../../../src/clock.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly fire: () => void
  live: boolean
}

/**
 * Virtual time without turns of the event loop: for hundreds of thousands of synchronous events a second.
 * Timers fire in the order of their times, then of their setting.
 */
export class SteppedClock implements Clock {
  #elapsed = 0
  #order = 0
  readonly #heap: Timer[] = []

  now(): number {
    return Date.UTC(2026, 0, 1) + this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  after(ms: number, fire: () => void): Cancel {
    const timer = { at: this.#elapsed + Math.max(0, ms), order: this.#order++, fire, live: true }
    this.#push(timer)
    return () => {
      timer.live = false
    }
  }

  sleep(): Promise<void> {
    throw new Error('nothing sleeps here')
  }

  step(ms: number): void {
    const end = this.#elapsed + ms
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined || first.at > end) break
      this.#pop()
      this.#elapsed = Math.max(this.#elapsed, first.at)
      if (first.live) first.fire()
    }
    this.#elapsed = end
  }

  /** Advances until the work has settled. */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false
    const settle = (): void => {
      settled = true
    }
    work.then(settle, settle)
    for (let i = 0; i < 10_000 && !settled; i++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (!settled) this.step(1)
    }
    return await work
  }

  #push(timer: Timer): void {
    let at = this.#heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.#heap[parent]
      if (above === undefined || !before(timer, above)) break
      this.#heap[at] = above
      at = parent
    }
    this.#heap[at] = timer
  }

  #pop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    let at = 0
    for (;;) {
      const child = this.#lesserChild(at)
      const below = this.#heap[child]
      if (below === undefined || !before(below, last)) break
      this.#heap[at] = below
      at = child
    }
    this.#heap[at] = last
  }

  #lesserChild(at: number): number {
    const left = this.#heap[2 * at + 1]
    const right = this.#heap[2 * at + 2]
    return left !== undefined && right !== undefined && before(right, left) ? 2 * at + 2 : 2 * at + 1
  }
}

function before(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
