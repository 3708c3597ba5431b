import { isDeepStrictEqual } from 'node:util'
import { NodeError } from '../../error.ts'
import { checkEntry, checkNewName } from './check-entry.ts'
import type { BookEntry } from './entry.ts'

export type { BookEntry } from './entry.ts'

/** How a book reaches its file: written whole and atomically, and edited by people meanwhile. */
export interface BookFile {
  /** Differs once the file was written, whoever did; undefined where there is none. */
  version(): Promise<string | undefined>
  /** @throws NodeError bad-book, naming line and hint */
  read(): Promise<readonly BookEntry[]>
  write(entries: readonly BookEntry[]): Promise<void>
}

export interface AddressBookInit {
  readonly capacity: number
  readonly file?: BookFile | undefined
  /** Version of the file from which the entries are. */
  readonly version?: string | undefined
}

/** Several changes of a book as one. */
export interface BookEdit {
  readonly put: readonly BookEntry[]
  /** Names. */
  readonly remove: readonly string[]
}

/** Names and purposes of PeerIds, in a YAML file of the home, or in memory only. */
export class AddressBook {
  readonly #file: BookFile | undefined
  readonly #capacity: number
  #byName: ReadonlyMap<string, BookEntry> = new Map()
  #byPeer: ReadonlyMap<string, BookEntry> = new Map()
  /** The PeerIds of several entries: only in a file that was edited by hand. */
  #shared: ReadonlyMap<string, readonly BookEntry[]> = new Map()
  readonly #listeners = new Set<() => void>()
  #sorted: readonly BookEntry[] | undefined
  #version: string | undefined
  /** The version that the last reload() found. */
  #seen: string | undefined
  /** A version of the file that could not be taken, and why. */
  #bad: { readonly version: string; readonly error: unknown } | undefined
  /** The last change; changes are made one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(entries: readonly BookEntry[], { file, version, capacity }: AddressBookInit) {
    this.#file = file
    this.#version = version
    this.#capacity = capacity
    this.#hold(entries)
  }

  /** In order of their names. */
  entries(): readonly BookEntry[] {
    this.#sorted ??= [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return this.#sorted
  }

  get(name: string): BookEntry | undefined {
    return this.#byName.get(name)
  }

  ofPeer(peer: string): BookEntry | undefined {
    return this.#byPeer.get(peer)
  }

  /** Every entry of a PeerId: more than one in a file that was edited by hand. */
  entriesOf(peer: string): readonly BookEntry[] {
    const entry = this.#byPeer.get(peer)
    return entry === undefined ? [] : (this.#shared.get(peer) ?? [entry])
  }

  /** Calls the listener after each change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** Entries that it still takes. */
  room(): number {
    return Math.max(0, this.#capacity - this.#byName.size)
  }

  /** Adds or replaces the entry of that name; it may be made of the book as it is then. @throws NodeError of checkEntry(); book-full, already-named, bad-book */
  async put(made: BookEntry | (() => BookEntry)): Promise<BookEntry> {
    const { put } = await this.change((book) => {
      const entry = typeof made === 'function' ? made() : made
      checkEntry(entry)
      if (book.get(entry.name) === undefined) checkNewName(entry.name)
      const other = book.ofPeer(entry.peer)
      if (other !== undefined && other.name !== entry.name) {
        throw new NodeError('already-named', `${entry.peer} is in the book as "${other.name}"`, {
          hint: {
            command: `kith book rename ${other.name} ${entry.name}`,
            program: `book.rename('${other.name}', '${entry.name}')`
          }
        })
      }
      return { put: [entry] as const, remove: [] }
    })
    return put[0]
  }

  /** @throws NodeError nobody-found, already-named, bad-name, bad-book */
  async rename(from: string, to: string): Promise<BookEntry> {
    const { put } = await this.change(() => {
      const entry = this.#need(from)
      if (this.#byName.has(to) && to !== from)
        throw new NodeError('already-named', `"${to}" is in the book already`)
      if (to !== from) checkNewName(to)
      return { put: [{ ...entry, name: to }] as const, remove: [from] }
    })
    return put[0]
  }

  /** @throws NodeError nobody-found, bad-book */
  async remove(name: string): Promise<void> {
    await this.change(() => ({ put: [], remove: [this.#need(name).name] }))
  }

  /**
   * Makes several changes as one; names are removed first. What a person wrote into the file meanwhile is read before.
   * @param decide sees the book as it is then
   * @throws what decide throws; NodeError book-full; bad-book where the file was edited and cannot be read: it is not overwritten
   */
  change<T extends BookEdit>(decide: (book: AddressBook) => T): Promise<T> {
    return this.#inTurn(async () => {
      await this.#refresh(await this.#file?.version())
      const edit = decide(this)
      if (edit.put.length + edit.remove.length > 0) await this.#change(edit)
      return edit
    })
  }

  /**
   * Takes what a person wrote into the file, once two calls find the same version: it may be half written at the
   * first. A file that is gone changes nothing.
   * @returns the entries that are new or differ
   * @throws NodeError bad-book, book-full; the book stays as it is. The same error while the file stays the same.
   */
  reload(): Promise<readonly BookEntry[]> {
    return this.#inTurn(async () => {
      const version = await this.#file?.version()
      const isSettled = version === this.#seen
      this.#seen = version
      return isSettled ? this.#refresh(version) : []
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }

  async #refresh(version: string | undefined): Promise<readonly BookEntry[]> {
    if (this.#file === undefined || version === undefined || version === this.#version) return []
    if (version === this.#bad?.version) throw this.#bad.error
    try {
      const entries = await this.#file.read()
      if (entries.length > this.#capacity) throw this.#full()
      const changed = entries.filter((entry) => !isDeepStrictEqual(this.#byName.get(entry.name), entry))
      this.#hold(entries)
      this.#version = version
      return changed
    } catch (error) {
      this.#bad = { version, error }
      throw error
    }
  }

  #need(name: string): BookEntry {
    const entry = this.#byName.get(name)
    if (entry === undefined)
      throw new NodeError('nobody-found', `"${name}" is not in the book`, {
        hint: { command: 'kith book lists it', program: 'book.list() has all entries' }
      })
    return entry
  }

  /** Writes the file first: a change that could not be written is not made in memory either. */
  async #change({ put, remove }: BookEdit): Promise<void> {
    const next = new Map(this.#byName)
    for (const name of remove) next.delete(name)
    for (const entry of put) next.set(entry.name, entry)
    if (next.size > this.#capacity && next.size > this.#byName.size) throw this.#full()
    const entries = [...next.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    if (this.#file !== undefined) {
      await this.#file.write(entries)
      this.#version = await this.#file.version()
    }
    this.#hold(entries)
  }

  #hold(entries: readonly BookEntry[]): void {
    this.#byName = new Map(entries.map((entry) => [entry.name, entry]))
    this.#byPeer = new Map([...this.#byName.values()].map((entry) => [entry.peer, entry]))
    this.#shared = this.#byPeer.size === this.#byName.size ? new Map() : sharedPeers(this.#byName.values())
    this.#sorted = undefined
    for (const listener of this.#listeners) listener()
  }

  #full(): NodeError {
    return new NodeError('book-full', `the book holds ${this.#capacity} entries, the maximum`, {
      hint: 'raise limits.book in the configuration'
    })
  }
}

function sharedPeers(entries: Iterable<BookEntry>): ReadonlyMap<string, readonly BookEntry[]> {
  const all = Map.groupBy(entries, ({ peer }) => peer)
  return new Map([...all].filter(([, { length }]) => length > 1))
}
