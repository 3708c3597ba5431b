import type { Log } from '../../../log.ts'
import type { DurableStore } from '../store/durable-store.ts'

/** What is damaged in the file itself: said once, removed, and counted. */
export class DamageCount {
  readonly #durable: Pick<DurableStore, 'write'>
  readonly #log: Log
  /** Numbers of packs and blocks on disk whose bytes are damaged, until they can be removed. */
  readonly #damaged = new Set<number>()
  /** How many were removed since the start. */
  #lost = 0

  constructor(init: { readonly durable: Pick<DurableStore, 'write'>; readonly log: Log }) {
    this.#durable = init.durable
    this.#log = init.log
  }

  /** Packs, blocks and parts of chunks. */
  get lost(): number {
    return this.#lost + this.#damaged.size
  }

  /** Rows of a series, where it is known. */
  rows(series = 'a series'): void {
    this.#lost += 1
    this.#log.error(`rows of ${series} in history are damaged: its readings are lost here`)
  }

  /** A pack or a block, by its number. */
  sealed(sealed: number, series: string): void {
    if (this.#damaged.has(sealed)) return
    this.#damaged.add(sealed)
    this.#log.error(`a pack or block of ${series} in history is damaged: its readings are lost here`)
    this.drop()
  }

  /** Removes damaged packs and blocks: what they held is a gap from then on. */
  drop(): void {
    const damaged = [...this.#damaged]
    if (damaged.length === 0) return
    const dropped = this.#durable.write((store) => {
      for (const sealed of damaged) store.sealed.drop(sealed)
    })
    if (!dropped) return
    this.#lost += damaged.length
    this.#damaged.clear()
  }
}
