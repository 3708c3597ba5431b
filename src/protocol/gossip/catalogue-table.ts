import { sameRun } from '../../reading/run.ts'
import { type Catalogue, isRestricted } from '../../reading/signed/catalogue.ts'
import type { CatalogueLimits } from './limits.ts'

/** A catalogue whose seal was verified, with the bytes that prove it. */
export interface SealedCatalogue {
  /** PeerId of the node that tells of itself. */
  readonly author: string
  readonly bytes: Uint8Array
  readonly catalogue: Catalogue
}

export interface CatalogueTableOptions extends Pick<CatalogueLimits, 'authors'> {
  /** Told of each catalogue that tells something new. Must not throw. */
  readonly onChange?: (sealed: SealedCatalogue) => void
}

/** Milliseconds of the author's run after which a catalogue that was only repeated is taken and relayed again. */
export const REPEAT_AFTER = 300_000

/**
 * The newest verified catalogue of each author: what peers are called, what they measure, what they held. What
 * an author confided to us as to a peer of its book is kept apart, and handed on to nobody.
 */
export class CatalogueTable {
  readonly #options: CatalogueTableOptions
  /** In the order of their arrival. */
  readonly #public = new Map<string, SealedCatalogue>()
  readonly #confided = new Map<string, SealedCatalogue>()

  constructor(options: CatalogueTableOptions) {
    this.#options = options
  }

  /** The one that everybody may have. */
  get(author: string): SealedCatalogue | undefined {
    return this.#public.get(author)
  }

  /** The one that tells most. */
  mostComplete(author: string): SealedCatalogue | undefined {
    const told = this.#public.get(author)
    const restricted = this.#confided.get(author)
    if (told === undefined || restricted === undefined) return restricted ?? told
    return restricted.catalogue.epoch < told.catalogue.epoch ? told : restricted
  }

  /** The fullest of each author. */
  all(): SealedCatalogue[] {
    const authors = new Set([...this.#public.keys(), ...this.#confided.keys()])
    return [...authors].map((author) => this.mostComplete(author)).filter((sealed) => sealed !== undefined)
  }

  /** Whether a series was confided to us as private. */
  isPrivate(author: string, series: string): boolean {
    const listed = this.#confided.get(author)?.catalogue.series ?? []
    return listed.some((one) => one.name === series && one.private === true)
  }

  /**
   * Whether it would take the place of what is held: a later run, a later revision of the same, or the same
   * revision repeated: relays know its bytes otherwise, and those behind them would never hear it.
   */
  isNewer(sealed: SealedCatalogue): boolean {
    const held = this.#of(sealed).get(sealed.author)?.catalogue
    return held === undefined || tellsMore(sealed.catalogue, held) || isRepeated(sealed.catalogue, held)
  }

  /** @returns whether it was taken in */
  put(sealed: SealedCatalogue): boolean {
    const table = this.#of(sealed)
    const held = table.get(sealed.author)?.catalogue
    if (!this.isNewer(sealed)) return false
    table.delete(sealed.author)
    table.set(sealed.author, sealed)
    const oldest = table.keys().next().value
    if (table.size > this.#options.authors && oldest !== undefined) table.delete(oldest)
    if (held === undefined || tellsMore(sealed.catalogue, held)) this.#options.onChange?.(sealed)
    return true
  }

  #of({ catalogue }: SealedCatalogue): Map<string, SealedCatalogue> {
    return isRestricted(catalogue) ? this.#confided : this.#public
  }
}

function tellsMore(catalogue: Catalogue, held: Catalogue): boolean {
  if (catalogue.epoch !== held.epoch) return catalogue.epoch > held.epoch
  return catalogue.revision > held.revision
}

function isRepeated(catalogue: Catalogue, held: Catalogue): boolean {
  return (
    sameRun(catalogue, held) &&
    catalogue.revision === held.revision &&
    catalogue.mono >= held.mono + REPEAT_AFTER
  )
}
