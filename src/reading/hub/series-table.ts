import type { SeriesParts } from '../series.ts'

export interface SeriesTableLimits {
  readonly series: number
  /** Bytes of all entries, by the cost that each is given. */
  readonly bytes: number
}

interface Held<Entry> {
  readonly entry: Entry
  /** Between which calls of makeRoom() it was touched last. */
  turn: number
  bytes: number
}

interface Author<Entry> {
  /** In the order in which they were touched last. */
  readonly series: Map<string, Held<Entry>>
  bytes: number
}

/**
 * An entry for each series, within a number and a number of bytes. Beyond, series of the author with the most are
 * removed first, so that one author's new names, or large packs, do not remove the series of others.
 */
export class SeriesTable<Entry extends { readonly parts: SeriesParts }> {
  readonly #limits: SeriesTableLimits
  readonly #spares: (author: string) => boolean
  /** In the order in which they were touched last; the authors too. */
  readonly #series = new Map<string, Held<Entry>>()
  readonly #authors = new Map<string, Author<Entry>>()
  #bytes = 0
  #turn = 0
  #removed = 0

  /** @param spares authors whose series are removed only when no others are left */
  constructor(limits: SeriesTableLimits, spares: (author: string) => boolean) {
    this.#limits = limits
    this.#spares = spares
  }

  /** How many were removed to make room. */
  get removed(): number {
    return this.#removed
  }

  all(): Entry[] {
    return Array.from(this.#series.values(), ({ entry }) => entry)
  }

  /** Of one author; in the order in which they were touched last, as all(). */
  of(author: string): Entry[] {
    return Array.from(this.#authors.get(author)?.series.values() ?? [], ({ entry }) => entry)
  }

  hasAuthor(author: string): boolean {
    return this.#authors.has(author)
  }

  get(series: string): Entry | undefined {
    return this.#series.get(series)?.entry
  }

  /** The same entry, which becomes the newest. */
  touch(series: string): Entry | undefined {
    const held = this.#series.get(series)
    if (held === undefined) return undefined
    // A pack has many readings of a series: its first has moved it.
    if (held.turn < this.#turn) {
      this.#remove(series, held)
      this.#append(series, held)
    }
    return held.entry
  }

  /** Adds an entry for a new series; makeRoom() must follow. */
  add(series: string, entry: Entry): void {
    this.#append(series, { entry, turn: this.#turn, bytes: 0 })
  }

  /** Says what an entry takes; makeRoom() must follow. */
  weigh(series: string, bytes: number): void {
    const held = this.#series.get(series)
    const author = held && this.#authors.get(held.entry.parts.peer)
    if (held === undefined || author === undefined) return
    this.#bytes += bytes - held.bytes
    author.bytes += bytes - held.bytes
    held.bytes = bytes
  }

  /**
   * Removes series until they are within the limits: of the author of what was added, if it has more than its share,
   * else of the author with the most; none that was touched since the last call.
   */
  makeRoom(author: string): void {
    while (this.#series.size > this.#limits.series)
      this.#drop(this.#victim(author, countOf, this.#limits.series))
    while (this.#bytes > this.#limits.bytes && this.#series.size > 1) {
      const victim = this.#victim(author, bytesOf, this.#limits.bytes)
      // What is being added now, alone or of spared authors, may exceed the bytes.
      if (this.#isSpared(victim)) break
      this.#drop(victim)
    }
    this.#turn++
  }

  #isSpared(series: string): boolean {
    const held = this.#series.get(series)
    return held === undefined || held.turn === this.#turn || this.#spares(held.entry.parts.peer)
  }

  #victim(author: string, weightOf: Weight, max: number): string {
    const share = Math.max(1, max / this.#authors.size)
    const own = this.#authors.get(author)
    const isGreedy = own !== undefined && weightOf(own) > share && !this.#spares(author)
    return (
      (isGreedy ? this.#oldest(own.series) : undefined) ??
      this.#oldest(this.#heaviest(weightOf)) ??
      this.#oldest(this.#series) ??
      this.#series.keys().next().value ??
      ''
    )
  }

  /** The series of the author with the most; of several, the one not touched for longest. */
  #heaviest(weightOf: Weight): ReadonlyMap<string, Held<Entry>> | undefined {
    let heaviest: Author<Entry> | undefined
    for (const [name, author] of this.#authors) {
      const max = heaviest === undefined ? 0 : weightOf(heaviest)
      if (weightOf(author) > max && !this.#spares(name)) heaviest = author
    }
    return heaviest?.series
  }

  #oldest(series: ReadonlyMap<string, Held<Entry>> | undefined): string | undefined {
    const [first] = series ?? []
    return first !== undefined && first[1].turn < this.#turn ? first[0] : undefined
  }

  #drop(series: string): void {
    const held = this.#series.get(series)
    if (held === undefined) return
    this.#remove(series, held)
    this.#removed++
  }

  #append(series: string, held: Held<Entry>): void {
    const { peer } = held.entry.parts
    held.turn = this.#turn
    const author = this.#authors.get(peer) ?? { series: new Map<string, Held<Entry>>(), bytes: 0 }
    author.series.set(series, held)
    author.bytes += held.bytes
    this.#bytes += held.bytes
    // The author touched last stands last.
    this.#authors.delete(peer)
    this.#authors.set(peer, author)
    this.#series.set(series, held)
  }

  #remove(series: string, { entry, bytes }: Held<Entry>): void {
    const { peer } = entry.parts
    const author = this.#authors.get(peer)
    this.#series.delete(series)
    this.#bytes -= bytes
    if (author === undefined) return
    author.series.delete(series)
    author.bytes -= bytes
    if (author.series.size === 0) this.#authors.delete(peer)
  }
}

type Weight = (author: { readonly series: ReadonlyMap<string, unknown>; readonly bytes: number }) => number

const countOf: Weight = ({ series }) => series.size
const bytesOf: Weight = ({ bytes }) => bytes
