import { BoundedMap } from '../../bounded-map.ts'
import { sameRun } from '../../reading/run.ts'
import { type Catalogue, isRestricted } from '../../reading/signed/catalogue.ts'
import { REPEAT_AFTER } from './constants.ts'
import type { CatalogueLimits } from './limits.ts'

/** A catalogue whose seal was verified, with the bytes that prove it. */
export interface SealedCatalogue {
  /** PeerId of the node that it describes. */
  readonly author: string
  readonly bytes: Uint8Array
  readonly catalogue: Catalogue
}

export interface CatalogueTableOptions extends Pick<CatalogueLimits, 'authors'> {
  /** Called with each catalogue that changes what is known. Must not throw. */
  readonly onChange?: (sealed: SealedCatalogue) => void
}

/**
 * The newest verified catalogue of each author: names, series, runs. A restricted one, which an author shows
 * only to peers of its book, is kept apart and given to nobody.
 */
export class CatalogueTable {
  readonly #options: CatalogueTableOptions
  readonly #public: BoundedMap<string, SealedCatalogue>
  readonly #restricted: BoundedMap<string, SealedCatalogue>

  constructor(options: CatalogueTableOptions) {
    this.#options = options
    this.#public = new BoundedMap(options.authors)
    this.#restricted = new BoundedMap(options.authors)
  }

  /** The one for everybody. */
  get(author: string): SealedCatalogue | undefined {
    return this.#public.get(author)
  }

  /** The restricted one, unless the public one is of a later run. */
  mostComplete(author: string): SealedCatalogue | undefined {
    const open = this.#public.get(author)
    const restricted = this.#restricted.get(author)
    if (open === undefined || restricted === undefined) return restricted ?? open
    return restricted.catalogue.epoch < open.catalogue.epoch ? open : restricted
  }

  /** The most complete of each author. */
  all(): SealedCatalogue[] {
    const authors = new Set([...this.#public.keys(), ...this.#restricted.keys()])
    return [...authors].map((author) => this.mostComplete(author)).filter((sealed) => sealed !== undefined)
  }

  /** Whether a series is marked private in a restricted catalogue. */
  isPrivate(author: string, series: string): boolean {
    const listed = this.#restricted.get(author)?.catalogue.series ?? []
    return listed.some((one) => one.name === series && one.private === true)
  }

  /**
   * Whether it would replace what is held: a later run, a later revision of the same run, or the same
   * revision repeated after REPEAT_AFTER, without which relays would pass it on only once.
   */
  isNewer(sealed: SealedCatalogue): boolean {
    const held = this.#of(sealed).get(sealed.author)?.catalogue
    return held === undefined || isLater(sealed.catalogue, held) || isRepeated(sealed.catalogue, held)
  }

  /** @returns whether it replaced what was held */
  put(sealed: SealedCatalogue): boolean {
    const table = this.#of(sealed)
    const held = table.get(sealed.author)?.catalogue
    if (!this.isNewer(sealed)) return false
    table.set(sealed.author, sealed)
    if (held === undefined || isLater(sealed.catalogue, held)) this.#options.onChange?.(sealed)
    return true
  }

  #of({ catalogue }: SealedCatalogue): BoundedMap<string, SealedCatalogue> {
    return isRestricted(catalogue) ? this.#restricted : this.#public
  }
}

function isLater(catalogue: Catalogue, held: Catalogue): boolean {
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
