import type { BookChange, BookEntry, Operations } from '../operations.ts'

type BookOperations = Pick<Operations, 'book' | 'bookPut' | 'bookRename' | 'bookRemove'>

/** The address book of a node, by the same rules and in the same file as `kith book`. */
export class NodeBook {
  readonly #operations: BookOperations

  /** @internal */
  constructor(operations: BookOperations) {
    this.#operations = operations
  }

  /** In order of names. */
  list(): Promise<BookEntry[]> {
    return this.#operations.book()
  }

  /** @param name in the book, or a PeerId */
  async get(name: string): Promise<BookEntry | undefined> {
    return (await this.list()).find((entry) => entry.name === name || entry.peer === name)
  }

  /**
   * Adds a peer. @param who a PeerId, its unambiguous tail, a multiaddr ending in /p2p/…, or an invite `kith:1/…`
   * @throws NodeError 'bad-name' where the name is that of another peer, 'bad-peer', 'bad-multiaddr' …
   */
  async add(name: string, who: string, change: Omit<BookChange, 'name' | 'who'> = {}): Promise<BookEntry> {
    return await this.#operations.bookPut({ ...change, name, who })
  }

  /** Changes an entry; what is absent stays as it is. @throws NodeError 'bad-request' where the book has no such name */
  async change(name: string, change: Omit<BookChange, 'name' | 'who'>): Promise<BookEntry> {
    return await this.#operations.bookPut({ ...change, name })
  }

  rename(from: string, to: string): Promise<BookEntry> {
    return this.#operations.bookRename(from, to)
  }

  remove(name: string): Promise<void> {
    return this.#operations.bookRemove(name)
  }
}
