import { authorOf } from '../store/name-table.ts'
import type { TailRun } from './tail-run.ts'

interface Author {
  /** Bytes of memory of its seals, about. */
  bytes: number
  /** The seal that came first is of the first. */
  readonly tails: Set<TailRun>
}

/** Which tails have seals in memory, and how much of it they take. */
export class SealedTails {
  readonly #authors = new Map<string, Author>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  weigh(author: string, change: number): void {
    const known = this.#authors.get(author) ?? { bytes: 0, tails: new Set() }
    known.bytes += change
    this.#bytes += change
    this.#authors.set(author, known)
  }

  /** Does something with the seals of a tail. */
  change(tail: TailRun, work: () => void): void {
    const author = authorOf(tail.series)
    const { size, first } = tail.seals
    work()
    this.weigh(author, tail.seals.size - size)
    const { tails = new Set() } = this.#authors.get(author) ?? {}
    // Where the oldest seals went, those that remain are newer than most of the others.
    if (tail.seals.first !== first) tails.delete(tail)
    if (tail.seals.count > 0) tails.add(tail)
    else if (tails.size === 0) this.#authors.delete(author)
  }

  /** Of the author whose seals take most, the tail whose seals have been here for longest. */
  oldest(): TailRun | undefined {
    let most: Author | undefined
    for (const author of this.#authors.values()) if (author.bytes > (most?.bytes ?? 0)) most = author
    return most?.tails.values().next().value
  }
}
