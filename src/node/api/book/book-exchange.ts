import { readFile, stat, writeFile } from 'node:fs/promises'
import { NodeError } from '../../../error.ts'
import type { BookEntry } from '../../../peer/book/book.ts'
import { MAX_BOOK_BYTES, readBookText, writeBookText } from '../../../peer/book/book-text.ts'
import { unwritten } from '../../../write-atomic.ts'
import type { BookEntry as BookEntryView } from '../operations.ts'

/** The text of a file that another node imports: of the form of book.yaml. */
export function exportedText(entries: readonly BookEntry[]): string {
  return writeBookText(exported(entries))
}

/** Entries without the rights that they have on this node: those are for nobody else to take over. */
export function exported<T extends BookEntry>(entries: readonly T[]): Omit<T, 'may'>[] {
  return entries.map(({ may: _, ...entry }) => entry)
}

/** Writes entries into a new file, readable by its owner alone. @throws NodeError 'exists', 'unwritten' */
export async function exportBook(path: string, entries: readonly BookEntry[]): Promise<void> {
  try {
    await writeFile(path, exportedText(entries), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritten(path, error)
    throw new NodeError('exists', `${path} exists already`, {
      hint: 'name another file, or move this one away'
    })
  }
}

/** Reads an exported file, or any book.yaml. @throws NodeError 'bad-book', naming line and cure */
export async function readExport(path: string): Promise<BookEntryView[]> {
  try {
    const { size } = await stat(path)
    if (size > MAX_BOOK_BYTES) throw new Error(`${size} bytes are more than ${MAX_BOOK_BYTES}`)
    return (await readBookText(await readFile(path, 'utf8'), path, 'strict')).map(viewEntry)
  } catch (error) {
    if (error instanceof NodeError) throw error
    throw new NodeError('bad-book', `${path}: ${(error as Error).message}`, { cause: error })
  }
}

/** An entry as programs and people get it. */
export function viewEntry({ purposes, addresses, relays, may, ...entry }: BookEntry): BookEntryView {
  return {
    ...entry,
    purposes: [...purposes],
    addresses: [...addresses],
    ...(relays === undefined ? {} : { relays: [...relays] }),
    ...(may === undefined ? {} : { may: [...may] })
  }
}
