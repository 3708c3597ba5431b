import type { Meta } from '../reading/meta.ts'

/** A catalogue whose seal was verified, with the bytes that prove it. */
export interface SealedMeta {
  /** PeerId of the node that tells of itself. */
  readonly author: string
  readonly bytes: Uint8Array
  readonly meta: Meta
}

export interface MetaTableOptions {
  /** How many authors are known at a time; the one heard of longest ago is forgotten first. */
  readonly authors: number
  /** Told of each catalogue that took the place of an older one or of none. Must not throw. */
  readonly onChange?: (sealed: SealedMeta) => void
}

/** The newest verified catalogue of each author: what peers are called, what they measure, what they held. */
export class MetaTable {
  readonly #options: MetaTableOptions
  /** In the order of their arrival. */
  readonly #metas = new Map<string, SealedMeta>()

  constructor(options: MetaTableOptions) {
    this.#options = options
  }

  get(author: string): SealedMeta | undefined {
    return this.#metas.get(author)
  }

  all(): SealedMeta[] {
    return [...this.#metas.values()]
  }

  /** Whether it would take the place of what is held: a later run, or a later revision of the same. */
  isNewer({ author, meta }: SealedMeta): boolean {
    const held = this.#metas.get(author)?.meta
    if (held === undefined || meta.epoch > held.epoch) return true
    return meta.epoch === held.epoch && meta.revision > held.revision
  }

  /** @returns whether it was taken in */
  put(sealed: SealedMeta): boolean {
    if (!this.isNewer(sealed)) return false
    this.#metas.delete(sealed.author)
    this.#metas.set(sealed.author, sealed)
    const oldest = this.#metas.keys().next().value
    if (this.#metas.size > this.#options.authors && oldest !== undefined) this.#metas.delete(oldest)
    this.#options.onChange?.(sealed)
    return true
  }
}
