import { BoundedMap } from '../../bounded-map.ts'
import type { ProviderLimits } from './limits.ts'

/** Providers of an author's readings: peers besides the author that answered with them before. */
export class ProviderTable {
  readonly #options: ProviderLimits
  /** Both in the order of the last answer, the latest at the end. */
  readonly #providers: BoundedMap<string, BoundedMap<string, true>>

  constructor(options: ProviderLimits) {
    this.#options = options
    this.#providers = new BoundedMap(options.authors)
  }

  /** A peer answered with readings of this author. */
  note(author: string, peer: string): void {
    if (author === peer) return
    const providers = this.#providers.get(author) ?? new BoundedMap(this.#options.perAuthor)
    this.#providers.set(author, providers.set(peer, true))
  }

  /** A peer had nothing of this author after all. */
  forget(author: string, peer: string): void {
    const providers = this.#providers.get(author)
    providers?.delete(peer)
    if (providers?.size === 0) this.#providers.delete(author)
  }

  /** The one that answered last first. */
  of(author: string): string[] {
    return [...(this.#providers.get(author)?.keys() ?? [])].reverse()
  }
}
