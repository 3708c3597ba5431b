import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeConfig } from '../../config/schema.ts'
import { NodeError } from '../../error.ts'
import { AddressBook, type BookFile } from '../../peer/book/book.ts'
import { MAX_BOOK_BYTES, readBookText, writeBookText } from '../../peer/book/book-text.ts'
import type { Home } from '../../peer/identity/home.ts'
import { writeAtomic } from '../../write-atomic.ts'

/** The name of the book in a home. */
export const BOOK = 'book.yaml'

/** Where the book is. */
export interface BookPlace {
  readonly home: Pick<Home, 'file'> | undefined
  /** A home of another process, whose book is read. */
  readonly readOnlyHome: string | undefined
  readonly config: NodeConfig
  /** Takes what is wrong with an entry that is taken all the same. */
  readonly refused: (error: unknown) => void
}

/**
 * The book of a home; without a home one in memory. An entry that only the rules of edits refuse is taken with a
 * warning: the file may be older than they are.
 */
export async function openBook({ home, readOnlyHome, config, refused }: BookPlace): Promise<AddressBook> {
  const capacity = config.limits.book
  const path = home?.file(BOOK) ?? (readOnlyHome === undefined ? undefined : join(readOnlyHome, BOOK))
  if (path === undefined) return new AddressBook([], { capacity })
  const file = bookFile(path)
  const version = await file.version()
  const entries = await file.read().catch(async (error: unknown) => {
    const lenient = await readBookText(await readText(path), path, 'lenient')
    refused(error)
    return lenient
  })
  return home === undefined
    ? new AddressBook(entries, { capacity })
    : new AddressBook(entries, { file, version, capacity })
}

/** A book's file as people edit it. */
export function bookFile(path: string): BookFile {
  return {
    version: () => versionOf(path),
    read: async () => await readBookText(await readText(path), path, 'strict'),
    write: (entries) => writeAtomic(path, writeBookText(entries))
  }
}

/** An absent file is an empty book. @throws NodeError bad-book */
async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MAX_BOOK_BYTES) throw new Error(`${size} bytes are more than ${MAX_BOOK_BYTES}`)
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw new NodeError('bad-book', `${path}: ${(error as Error).message}`, { cause: error, remedy: 'stop' })
  }
}

async function versionOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found && `${found.ino} ${found.size} ${found.mtimeNs}`
}
