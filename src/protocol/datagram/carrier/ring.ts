import type { Counters } from '../counters.ts'
import type { DatagramLimits } from '../limits.ts'

/** Datagrams that wait for a way, in their order: at most `limits.ring`, the oldest dropped first. */
export class DatagramRing<T extends { /** Clock.monotonic() when it was sent. */ readonly at: number }> {
  readonly #limits: Pick<DatagramLimits, 'ring' | 'ringAge'>
  readonly #counters: Counters
  #waiting: T[] = []

  constructor(limits: Pick<DatagramLimits, 'ring' | 'ringAge'>, counters: Counters) {
    this.#limits = limits
    this.#counters = counters
  }

  get size(): number {
    return this.#waiting.length
  }

  values(): Iterable<T> {
    return this.#waiting
  }

  push(datagram: T): void {
    if (this.#waiting.length >= this.#limits.ring) {
      this.#waiting.shift()
      this.#counters.drop('ring-full')
    }
    this.#waiting.push(datagram)
  }

  /** Takes the oldest. */
  shift(): T | undefined {
    return this.#waiting.shift()
  }

  /** Takes those asked for, or all. */
  drain(isAsked: (datagram: T) => boolean = () => true): T[] {
    const { drained = [], left = [] } = Object.groupBy(this.#waiting, (datagram) =>
      isAsked(datagram) ? 'drained' : 'left'
    )
    this.#waiting = left
    return drained
  }

  /** Whether it is still worth sending; one that has waited for longer than `limits.ringAge` is counted as dropped. */
  isFresh({ at }: T, now: number): boolean {
    if (now - at <= this.#limits.ringAge) return true
    this.#counters.drop('ring-age')
    return false
  }
}
