/** Open observe requests by peer: each costs a look at every pack that comes. */
export class ObservationSlots {
  readonly #max: number
  readonly #open = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** @returns gives the place back; undefined where there is none */
  take(peer: string): (() => void) | undefined {
    const open = this.#open.get(peer) ?? 0
    if (open >= this.#max) return undefined
    this.#open.set(peer, open + 1)
    let isReturned = false
    return () => {
      if (isReturned) return
      isReturned = true
      const left = (this.#open.get(peer) ?? 1) - 1
      if (left > 0) this.#open.set(peer, left)
      else this.#open.delete(peer)
    }
  }
}
