import type { SeriesParts } from './series.ts'

/**
 * What is known of each series, so many at most. Beyond, of the series that are not kept one gives way, and of
 * an author who has more than its share: nobody's series are pushed out by another's ever new names.
 */
export class SeriesTable<Entry extends { readonly parts: SeriesParts }> {
  readonly #most: number
  readonly #keeps: (series: string) => boolean
  /** In the order in which they were touched last. */
  readonly #entries = new Map<string, Entry>()
  /** How many of each author. */
  readonly #authors = new Map<string, number>()
  #forgotten = 0

  constructor(most: number, keeps: (series: string) => boolean) {
    this.#most = most
    this.#keeps = keeps
  }

  /** How many gave way. */
  get forgotten(): number {
    return this.#forgotten
  }

  all(): Entry[] {
    return [...this.#entries.values()]
  }

  get(series: string): Entry | undefined {
    return this.#entries.get(series)
  }

  /** The same; it moves behind all others. */
  touch(series: string): Entry | undefined {
    const entry = this.#entries.get(series)
    if (entry === undefined) return undefined
    this.#entries.delete(series)
    this.#entries.set(series, entry)
    return entry
  }

  /** @param series one that is not there */
  add(series: string, entry: Entry): void {
    this.#entries.set(series, entry)
    this.#count(entry.parts.peer, 1)
    if (this.#entries.size > this.#most) this.#makeRoom(entry.parts.peer)
  }

  #makeRoom(newcomer: string): void {
    const share = this.#most / this.#authors.size
    const isGreedy = (author: string): boolean => (this.#authors.get(author) ?? 0) > share
    const victim =
      (isGreedy(newcomer) ? this.#longestSilent((author) => author === newcomer) : undefined) ??
      this.#longestSilent(isGreedy) ??
      this.#longestSilent(() => true) ??
      this.#entries.keys().next().value
    if (victim !== undefined) this.#forget(victim)
  }

  /** @returns one that is not kept */
  #longestSilent(isOf: (author: string) => boolean): string | undefined {
    for (const [series, { parts }] of this.#entries) {
      if (isOf(parts.peer) && !this.#keeps(series)) return series
    }
    return undefined
  }

  #forget(series: string): void {
    const entry = this.#entries.get(series)
    if (entry === undefined) return
    this.#entries.delete(series)
    this.#count(entry.parts.peer, -1)
    this.#forgotten++
  }

  #count(author: string, change: number): void {
    const held = (this.#authors.get(author) ?? 0) + change
    if (held === 0) this.#authors.delete(author)
    else this.#authors.set(author, held)
  }
}
