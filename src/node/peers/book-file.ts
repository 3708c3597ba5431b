import { join } from 'node:path'
import type { NodeConfig } from '../../config/schema.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { AddressBook, readBook } from '../../peer/book/book.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import type { Home } from '../../peer/identity/home.ts'
import { writeAtomic } from '../../write-atomic.ts'

const BOOK = 'book.yaml'

/**
 * The book of a home; without a home one in memory.
 * @param readOnlyHome a home of another process, whose book is read
 */
export async function openBook(
  home: Home | undefined,
  readOnlyHome: string | undefined,
  config: NodeConfig
): Promise<AddressBook> {
  const capacity = config.limits.book
  if (home === undefined) {
    const entries = readOnlyHome === undefined ? [] : await readBook(join(readOnlyHome, BOOK))
    return new AddressBook(entries, { capacity })
  }
  const path = home.file(BOOK)
  return new AddressBook(await readBook(path), {
    file: { path, write: (text) => writeAtomic(path, text) },
    capacity
  })
}

/** Gives the addresses of the book to the auto-dialer. */
export function rememberBook(book: AddressBook, autoDialer: AutoDialer, log: Log): void {
  for (const { name, peer, addresses } of book.entries()) {
    try {
      autoDialer.remember(peer, addresses)
    } catch (error) {
      log.warn(`the book's entry ${name} cannot be dialled: ${describeError(error)}`)
    }
  }
}
