import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import { NAME } from '../../names.ts'

/** What a person wrote about a peer. */
export interface BookEntry {
  /** Of the form NAME, unique in the book. */
  readonly name: string
  readonly peer: string
  readonly purposes: readonly string[]
  /** Multiaddrs of the person's own knowledge; discovered ones are not written here. */
  readonly addresses: readonly string[]
  /** Whether its clock is a source of time (docs/protocols.md section 8, "Quality of time"). */
  readonly time: boolean
  readonly note?: string
}

/** How a book reaches its file: written whole and atomically. */
export interface BookFile {
  readonly path: string
  write(text: string): Promise<void>
}

const HEAD =
  '# The address book of this node. kith book changes it; edit it by hand while the node is stopped.\n'

/** Names and purposes of PeerIds, in a YAML file of the home, or in memory only. */
export class AddressBook {
  readonly #entries = new Map<string, BookEntry>()
  readonly #file: BookFile | undefined
  readonly #capacity: number
  /** The last change; changes are made one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(entries: readonly BookEntry[], options: { file?: BookFile | undefined; capacity: number }) {
    for (const entry of entries) this.#entries.set(entry.name, entry)
    this.#file = options.file
    this.#capacity = options.capacity
  }

  entries(): BookEntry[] {
    return sorted(this.#entries)
  }

  get(name: string): BookEntry | undefined {
    return this.#entries.get(name)
  }

  ofPeer(peer: string): BookEntry | undefined {
    for (const entry of this.#entries.values()) if (entry.peer === peer) return entry
    return undefined
  }

  /** Adds or replaces the entry of that name. @throws NodeError bad-name, book-full, already-named */
  put(entry: BookEntry): Promise<void> {
    return this.#inTurn(() => this.#put(entry))
  }

  /** @throws NodeError nobody-found, already-named, bad-name */
  rename(from: string, to: string): Promise<BookEntry> {
    return this.#inTurn(() => this.#rename(from, to))
  }

  /** @throws NodeError nobody-found */
  remove(name: string): Promise<void> {
    return this.#inTurn(async () => {
      this.#need(name)
      await this.#change((entries) => entries.delete(name))
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }

  async #put(entry: BookEntry): Promise<void> {
    if (!NAME.test(entry.name)) {
      throw new NodeError('bad-name', `"${entry.name}" cannot be a name`, {
        hint: 'use lower-case letters, digits and "-", at most 32'
      })
    }
    const other = this.ofPeer(entry.peer)
    if (other !== undefined && other.name !== entry.name) {
      throw new NodeError('already-named', `${entry.peer} is in the book as "${other.name}"`, {
        hint: `kith book rename ${other.name} ${entry.name}`
      })
    }
    if (!this.#entries.has(entry.name) && this.#entries.size >= this.#capacity) {
      throw new NodeError('book-full', `the book holds ${this.#capacity} entries, the maximum`, {
        hint: 'raise limits.book in kith.yaml'
      })
    }
    await this.#change((entries) => entries.set(entry.name, entry))
  }

  async #rename(from: string, to: string): Promise<BookEntry> {
    const entry = this.#need(from)
    if (this.#entries.has(to) && to !== from)
      throw new NodeError('already-named', `"${to}" is in the book already`)
    if (!NAME.test(to)) throw new NodeError('bad-name', `"${to}" cannot be a name`)
    const renamed = { ...entry, name: to }
    await this.#change((entries) => {
      entries.delete(from)
      entries.set(to, renamed)
    })
    return renamed
  }

  #need(name: string): BookEntry {
    const entry = this.#entries.get(name)
    if (entry === undefined)
      throw new NodeError('nobody-found', `"${name}" is not in the book`, { hint: 'kith book lists it' })
    return entry
  }

  /** Writes the file first: a change that could not be written is not made in memory either. */
  async #change(edit: (entries: Map<string, BookEntry>) => void): Promise<void> {
    const next = new Map(this.#entries)
    edit(next)
    await this.#file?.write(HEAD + stringify(sorted(next), { aliasDuplicateObjects: false }))
    this.#entries.clear()
    for (const [name, entry] of next) this.#entries.set(name, entry)
  }
}

/**
 * Reads a book's file; an absent one is an empty book.
 * @throws NodeError bad-book, naming file and entry; the file is left as it is
 */
export async function readBook(path: string): Promise<BookEntry[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw new NodeError('bad-book', `${path}: ${error.message}`, { cause: error, remedy: 'stop' })
  })
  try {
    const list: unknown = parse(text, { maxAliasCount: 0 }) ?? []
    if (!Array.isArray(list)) throw new Error('not a list of entries')
    return list.map((item, i) => checked(item, i))
  } catch (error) {
    // The parser adds lines with the place to its message; the first is enough.
    const [reason = ''] = (error as Error).message.split('\n')
    throw new NodeError('bad-book', `${path}: ${reason.replace(/:$/, '')}`, {
      hint: 'mend the entry, or move the file away to begin an empty book',
      cause: error,
      remedy: 'stop'
    })
  }
}

function checked(item: unknown, index: number): BookEntry {
  const entry = (item ?? {}) as Partial<Record<keyof BookEntry, unknown>>
  const texts = (value: unknown, key: string): string[] => {
    if (value === undefined) return []
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
    throw new Error(`entry ${index + 1}: ${key} is not a list of texts`)
  }
  if (typeof entry.name !== 'string' || !NAME.test(entry.name))
    throw new Error(`entry ${index + 1} has no good name`)
  if (typeof entry.peer !== 'string' || !entry.peer.startsWith('12D3KooW'))
    throw new Error(`entry "${entry.name}" has no PeerId`)
  return {
    name: entry.name,
    peer: entry.peer,
    purposes: texts(entry.purposes, 'purposes'),
    addresses: texts(entry.addresses, 'addresses'),
    time: entry.time === true,
    ...defined({ note: typeof entry.note === 'string' ? entry.note : undefined })
  }
}

function sorted(entries: ReadonlyMap<string, BookEntry>): BookEntry[] {
  return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
