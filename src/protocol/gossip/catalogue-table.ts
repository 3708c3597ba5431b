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

export interface CatalogueTableOptions extends Pick<CatalogueLimits, 'authors' | 'bytes'> {
  /** Whether an author's catalogue is not removed for those of others: the book, connected and stored peers. */
  readonly isProtected?: (author: string) => boolean
  /** Called with each catalogue that changes what is known. Must not throw. */
  readonly onChange?: (sealed: SealedCatalogue) => void
}

/**
 * The newest verified catalogue of each author: names, series, runs. A restricted one, which an author shows
 * only to peers of its book, is kept apart and not given to others.
 */
export class CatalogueTable {
  readonly #options: CatalogueTableOptions
  readonly #public: BoundedCatalogues
  readonly #restricted: BoundedCatalogues

  constructor(options: CatalogueTableOptions) {
    this.#options = options
    this.#public = new BoundedCatalogues(options)
    this.#restricted = new BoundedCatalogues(options)
  }

  /** The one for all peers. */
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

  /**
   * @param source the peer that sent it
   * @returns whether it is held now
   */
  put(sealed: SealedCatalogue, source = sealed.author): boolean {
    const table = this.#of(sealed)
    const held = table.get(sealed.author)?.catalogue
    if (!this.isNewer(sealed) || !table.put(sealed, source)) return false
    if (held === undefined || isLater(sealed.catalogue, held)) this.#options.onChange?.(sealed)
    return true
  }

  #of({ catalogue }: SealedCatalogue): BoundedCatalogues {
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

interface Held {
  readonly sealed: SealedCatalogue
  readonly source: string
}

/**
 * Catalogues within a number and a number of bytes. Beyond them, the oldest one is removed of the source that sent
 * most, so that a neighbour with many authors removes its own; protected ones only where no others are left.
 */
class BoundedCatalogues {
  readonly #options: CatalogueTableOptions
  /** The one received longest ago first. */
  readonly #held = new Map<string, Held>()
  #bytes = 0

  constructor(options: CatalogueTableOptions) {
    this.#options = options
  }

  get(author: string): SealedCatalogue | undefined {
    return this.#held.get(author)?.sealed
  }

  keys(): Iterable<string> {
    return this.#held.keys()
  }

  /** @returns whether there was room */
  put(sealed: SealedCatalogue, source: string): boolean {
    this.#remove(sealed.author)
    this.#held.set(sealed.author, { sealed, source })
    this.#bytes += sealed.bytes.length
    while (this.#isOver()) {
      const victim = this.#victim()
      if (victim === undefined) break
      this.#remove(victim)
    }
    return this.#held.has(sealed.author)
  }

  #isOver(): boolean {
    return this.#held.size > this.#options.authors || this.#bytes > this.#options.bytes
  }

  #remove(author: string): void {
    const held = this.#held.get(author)
    if (held === undefined) return
    this.#held.delete(author)
    this.#bytes -= held.sealed.bytes.length
  }

  /** The protected may exceed the bytes, for there are not many of them, but not the number. */
  #victim(): string | undefined {
    const { authors, isProtected = () => false } = this.#options
    for (const source of this.#sources()) {
      for (const [author, held] of this.#held)
        if (held.source === source && !isProtected(author)) return author
    }
    return this.#held.size > authors ? this.#held.keys().next().value : undefined
  }

  /** The one that sent most first; of several, the one not heard from for longest. */
  #sources(): string[] {
    const bytesOf = new Map<string, number>()
    for (const { sealed, source } of this.#held.values())
      bytesOf.set(source, (bytesOf.get(source) ?? 0) + sealed.bytes.length)
    return [...bytesOf].sort(([, a], [, b]) => b - a).map(([source]) => source)
  }
}
