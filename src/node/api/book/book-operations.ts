import { nearest } from '../../../config/options/nearest.ts'
import { NodeError } from '../../../error.ts'
import type { Access } from '../../../peer/access/access.ts'
import type { AddressBook, BookEntry as Entry } from '../../../peer/book/book.ts'
import { isInvite, readInvite } from '../../../peer/book/invite.ts'
import { parseRight } from '../../../peer/book/rights.ts'
import type { AutoDialer } from '../../../peer/dialing/auto-dialer.ts'
import { changedEntry } from '../../peers/book-entry.ts'
import type { PeerDirectory } from '../../peers/directory.ts'
import { mergeIntoBook } from '../../peers/import-book.ts'
import { invitedEntry } from '../../peers/invited-entry.ts'
import type { BookChange, BookEntry, BookImport, Operations } from '../operations.ts'
import { viewEntry } from './book-exchange.ts'

export interface BookOperationsInit {
  readonly self: string
  readonly book: AddressBook
  readonly directory: Pick<PeerDirectory, 'resolve'>
  readonly autoDialer: Pick<AutoDialer, 'remember'>
  readonly access: Pick<Access, 'grants'>
  /** The names of what rights may be for: switches and sensors. */
  readonly things: () => readonly string[]
}

type Offered = Pick<Operations, 'book' | 'bookPut' | 'bookRename' | 'bookRemove' | 'bookImport'>

/** What people and programs ask of the address book. */
export class BookOperations implements Offered {
  readonly #init: BookOperationsInit

  constructor(init: BookOperationsInit) {
    this.#init = init
  }

  async book(): Promise<BookEntry[]> {
    return this.#init.book.entries().map(viewEntry)
  }

  async bookPut(change: BookChange): Promise<BookEntry> {
    const entry = await this.#init.book.put(() => this.#entryOf(change))
    this.#init.autoDialer.remember(entry.peer, entry.addresses)
    return viewEntry(entry)
  }

  async bookRename(from: string, to: string): Promise<BookEntry> {
    return viewEntry(await this.#init.book.rename(from, to))
  }

  bookRemove(name: string): Promise<void> {
    return this.#init.book.remove(name)
  }

  async bookImport(entries: readonly BookEntry[]): Promise<BookImport> {
    const { book, autoDialer, self, access } = this.#init
    const grants = (word: string): boolean => access.grants(word)
    const merged = await book.change((now) => mergeIntoBook(entries, now, self, grants))
    for (const { peer, addresses } of merged.put)
      if (addresses.length > 0) autoDialer.remember(peer, addresses)
    return merged.report
  }

  #entryOf({ name, who, ...change }: BookChange): Entry {
    const { book, directory, self, access, things } = this.#init
    checkThings(change.may, things)
    if (who !== undefined && isInvite(who))
      return invitedEntry(name === undefined ? change : { ...change, name }, readInvite(who), {
        book,
        self,
        grants: (word) => access.grants(word)
      })
    if (name === undefined) throw new NodeError('bad-request', 'an entry needs a name')
    const targets = who === undefined ? [] : directory.resolve(who)
    return changedEntry({ ...change, name, ...(who === undefined ? {} : { who }) }, book.get(name), targets)
  }
}

/** A right for a thing that this node does not have is a slip; ProtocolNames are known to applications alone. @throws NodeError 'bad-right' */
export function checkThings(may: readonly string[] | undefined, things: () => readonly string[]): void {
  for (const right of may ?? []) {
    const { on } = parseRight(right) ?? {}
    if (on === undefined || on.startsWith('/')) continue
    const [device = '', ...rest] = on.split('/')
    const known = things()
    if (known.includes(device)) continue
    const meant = nearest(device, known)
    throw new NodeError('bad-right', `"${on}" is no switch, sensor or series of this node`, {
      hint:
        meant === undefined
          ? `it has ${known.length === 0 ? 'none' : known.slice(0, 16).join(', ')}`
          : `did you mean ${[meant, ...rest].join('/')}?`
    })
  }
}
