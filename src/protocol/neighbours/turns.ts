import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'

export interface TurnsInit {
  readonly clock: Clock
  /** How many are chosen within `period` milliseconds, none of them twice. */
  readonly max: number
  readonly period: number
}

/** Peers that are remembered, for their last turn and for being of use; all others come before them. */
const CAPACITY = 1024
/** Of each period's choices those that go to whom it did not help to ask. */
const EXPLORING = 1

/**
 * Whom to ask next, where not all can be asked. Who was of use comes first, so that what was learnt stays known; then
 * who was never chosen, then who was not for longest.
 */
export class Turns {
  readonly #init: TurnsInit
  /** Clock.monotonic() of the last choice, oldest first. */
  readonly #chosenAt = new BoundedMap<string, number>(CAPACITY)
  readonly #useful = new BoundedMap<string, true>(CAPACITY)

  constructor(init: TurnsInit) {
    this.#init = init
  }

  next(candidates: readonly string[]): string[] {
    const { clock, max, period } = this.#init
    const now = clock.monotonic()
    const recent = new Set([...this.#chosenAt].filter(([, at]) => now - at < period).map(([peer]) => peer))
    const due = candidates.filter((peer) => !recent.has(peer))
    const useful = due.filter((peer) => this.#useful.has(peer))
    const kept = useful.slice(0, Math.max(0, max - EXPLORING))
    const places = new Map([...this.#chosenAt.keys()].map((peer, place) => [peer, place]))
    const others = due
      .filter((peer) => !kept.includes(peer))
      .sort((one, other) => (places.get(one) ?? -1) - (places.get(other) ?? -1))
    const chosen = [...kept, ...others].slice(0, Math.max(0, max - recent.size))
    for (const peer of chosen) {
      this.#chosenAt.set(peer, now)
      this.#useful.delete(peer)
    }
    return chosen
  }

  /** Says that it helped to ask a peer that was chosen. */
  wasUseful(peer: string): void {
    this.#useful.set(peer, true)
  }
}
