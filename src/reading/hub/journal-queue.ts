import type { HubEvent } from './reading-hub.ts'

/**
 * What waits for a subscriber, bounded: where it is slow, older packs make room, and the newest of each
 * series stays. It asks history for what was skipped.
 */
export class JournalQueue {
  readonly #bound: number
  readonly #events: HubEvent[] = []
  #skipped = 0

  /** @param bound packs, 1 or more */
  constructor(bound: number) {
    this.#bound = bound
  }

  push(event: HubEvent): void {
    this.#events.push(event)
    if (this.#events.length <= this.#bound) return
    const [removed] = this.#events.splice(this.#minMissed(), 1)
    this.#skipped += removed?.fresh.length ?? 0
  }

  /** @returns the oldest that waits, with the number of readings skipped since the one before */
  shift(): HubEvent | undefined {
    const event = this.#events.shift()
    if (event === undefined) return undefined
    const skipped = this.#skipped
    this.#skipped = 0
    return skipped === 0 ? event : { ...event, skipped }
  }

  /** The oldest event that later ones make old of all its series; the oldest of all where there is none. */
  #minMissed(): number {
    const later = new Set<string>()
    let min = 0
    for (let i = this.#events.length - 1; i >= 0; i--) {
      const fresh = this.#events[i]?.fresh ?? []
      if (fresh.every(({ series }) => later.has(series))) min = i
      for (const { series } of fresh) later.add(series)
    }
    return min
  }
}
