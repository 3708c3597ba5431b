import type { SeriesParts } from '../series.ts'

interface Held<Entry> {
  readonly entry: Entry
  /** Between which calls of makeRoom() it was touched last. */
  turn: number
}

/**
 * An entry for each series, at most `max`. Beyond, series of the author with the most are removed first, so that
 * one author's new names do not remove the series of others.
 */
export class SeriesTable<Entry extends { readonly parts: SeriesParts }> {
  readonly #max: number
  readonly #spares: (author: string) => boolean
  /** In the order in which they were touched last; the series of each author once more, in the same order. */
  readonly #series = new Map<string, Held<Entry>>()
  readonly #authors = new Map<string, Map<string, Held<Entry>>>()
  #turn = 0
  #removed = 0

  /** @param spares authors whose series are removed only when no others are left */
  constructor(max: number, spares: (author: string) => boolean) {
    this.#max = max
    this.#spares = spares
  }

  /** How many were removed to make room. */
  get removed(): number {
    return this.#removed
  }

  all(): Entry[] {
    return Array.from(this.#series.values(), ({ entry }) => entry)
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
    this.#append(series, { entry, turn: this.#turn })
  }

  /**
   * Removes series until there are at most `max`: of the author of what was added, if it has more than its share,
   * else of the author with the most; none that was touched since the last call.
   */
  makeRoom(author: string): void {
    while (this.#series.size > this.#max) this.#drop(this.#victim(author))
    this.#turn++
  }

  #victim(author: string): string {
    const share = Math.max(1, this.#max / this.#authors.size)
    const isGreedy = (this.#authors.get(author)?.size ?? 0) > share && !this.#spares(author)
    return (
      (isGreedy ? this.#oldest(this.#authors.get(author)) : undefined) ??
      this.#oldest(this.#greediest()) ??
      this.#oldest(this.#series) ??
      this.#series.keys().next().value ??
      ''
    )
  }

  /** The series of the author with the most; of several, the one not touched for longest. */
  #greediest(): ReadonlyMap<string, Held<Entry>> | undefined {
    let greediest: ReadonlyMap<string, Held<Entry>> | undefined
    for (const [author, series] of this.#authors) {
      if (series.size > (greediest?.size ?? 0) && !this.#spares(author)) greediest = series
    }
    return greediest
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
    const ofAuthor = this.#authors.get(peer) ?? new Map<string, Held<Entry>>()
    ofAuthor.set(series, held)
    // The author touched last stands last.
    this.#authors.delete(peer)
    this.#authors.set(peer, ofAuthor)
    this.#series.set(series, held)
  }

  #remove(series: string, { entry }: Held<Entry>): void {
    const { peer } = entry.parts
    const ofAuthor = this.#authors.get(peer)
    ofAuthor?.delete(series)
    if (ofAuthor?.size === 0) this.#authors.delete(peer)
    this.#series.delete(series)
  }
}
