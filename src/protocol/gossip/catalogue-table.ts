import { sameRun } from '../../reading/run.ts'
import { isConfided, type Meta } from '../../reading/signed/catalogue.ts'

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
  /** Told of each catalogue that tells something new. Must not throw. */
  readonly onChange?: (sealed: SealedMeta) => void
}

/** Milliseconds of the author's run after which a catalogue that was only repeated is taken and relayed again. */
export const REPEAT_AFTER = 300_000

/**
 * The newest verified catalogue of each author: what peers are called, what they measure, what they held. What
 * an author confided to us as to a peer of its book is kept apart, and handed on to nobody.
 */
export class MetaTable {
  readonly #options: MetaTableOptions
  /** In the order of their arrival. */
  readonly #public = new Map<string, SealedMeta>()
  readonly #confided = new Map<string, SealedMeta>()

  constructor(options: MetaTableOptions) {
    this.#options = options
  }

  /** The one that everybody may have. */
  get(author: string): SealedMeta | undefined {
    return this.#public.get(author)
  }

  /** The one that tells most. */
  fullest(author: string): SealedMeta | undefined {
    const told = this.#public.get(author)
    const confided = this.#confided.get(author)
    if (told === undefined || confided === undefined) return confided ?? told
    return confided.meta.epoch < told.meta.epoch ? told : confided
  }

  /** The fullest of each author. */
  all(): SealedMeta[] {
    const authors = new Set([...this.#public.keys(), ...this.#confided.keys()])
    return [...authors].map((author) => this.fullest(author)).filter((sealed) => sealed !== undefined)
  }

  /** Whether a series was confided to us as private. */
  isPrivate(author: string, series: string): boolean {
    const listed = this.#confided.get(author)?.meta.series ?? []
    return listed.some((one) => one.name === series && one.private === true)
  }

  /**
   * Whether it would take the place of what is held: a later run, a later revision of the same, or the same
   * revision repeated: relays know its bytes otherwise, and those behind them would never hear it.
   */
  isNewer(sealed: SealedMeta): boolean {
    const held = this.#of(sealed).get(sealed.author)?.meta
    return held === undefined || tellsMore(sealed.meta, held) || isRepeated(sealed.meta, held)
  }

  /** @returns whether it was taken in */
  put(sealed: SealedMeta): boolean {
    const table = this.#of(sealed)
    const held = table.get(sealed.author)?.meta
    if (!this.isNewer(sealed)) return false
    table.delete(sealed.author)
    table.set(sealed.author, sealed)
    const oldest = table.keys().next().value
    if (table.size > this.#options.authors && oldest !== undefined) table.delete(oldest)
    if (held === undefined || tellsMore(sealed.meta, held)) this.#options.onChange?.(sealed)
    return true
  }

  #of({ meta }: SealedMeta): Map<string, SealedMeta> {
    return isConfided(meta) ? this.#confided : this.#public
  }
}

function tellsMore(meta: Meta, held: Meta): boolean {
  if (meta.epoch !== held.epoch) return meta.epoch > held.epoch
  return meta.revision > held.revision
}

function isRepeated(meta: Meta, held: Meta): boolean {
  return sameRun(meta, held) && meta.revision === held.revision && meta.mono >= held.mono + REPEAT_AFTER
}
