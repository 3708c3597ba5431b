import { NAME } from '../../names.ts'
import type { AddressBook, BookEntry } from '../../peer/book/book.ts'

/** Whom the words of `deny:` mean: names and purposes as the book has them now, and the other words as when they were given. */
export class DenyList {
  #words: readonly string[] = []
  #others: readonly string[] = []
  readonly #book: Pick<AddressBook, 'entries' | 'get'>
  readonly #find: (word: string) => readonly string[]
  #denied: ReadonlySet<string> = new Set()
  /** The entries of which #denied was made: others once the book has changed. */
  #madeOf: readonly BookEntry[] | undefined

  /** @param find whom a PeerId, its tail or a multiaddr means */
  constructor(
    words: readonly string[],
    book: Pick<AddressBook, 'entries' | 'get'>,
    find: (word: string) => readonly string[]
  ) {
    this.#book = book
    this.#find = find
    this.update(words)
  }

  update(words: readonly string[]): void {
    this.#words = words.filter((word) => NAME.test(word))
    this.#others = words.filter((word) => !NAME.test(word)).flatMap((word) => this.#find(word))
    this.#madeOf = undefined
  }

  denies(peer: string): boolean {
    const entries = this.#book.entries()
    if (entries !== this.#madeOf) {
      this.#denied = new Set([...this.#others, ...this.#words.flatMap((word) => this.#meantBy(word))])
      this.#madeOf = entries
    }
    return this.#denied.has(peer)
  }

  #meantBy(word: string): string[] {
    const named = this.#book.get(word)
    if (named !== undefined) return [named.peer]
    return this.#book.entries().flatMap(({ peer, purposes }) => (purposes.includes(word) ? [peer] : []))
  }
}
