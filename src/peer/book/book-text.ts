import { defined } from '../../defined.ts'
import { type Hint, hintOf, NodeError } from '../../error.ts'
import { NAME } from '../../names.ts'
import { checkEntry } from './check-entry.ts'
import { BOOK_ORIGINS, type BookEntry, type BookOrigin } from './entry.ts'
import { plainLineOf, readPlainYaml, writePlainYaml } from './plain-yaml.ts'

const HEAD =
  '# The address book of this node. Edit it here or by kith book, which keeps notes but no comments like this one.\n'

const KEYS = ['name', 'peer', 'purposes', 'addresses', 'relays', 'may', 'time', 'added', 'note']

/** Characters of a note. */
export const MAX_NOTE = 4096

/** Bytes of a book's file: 65,536 entries of 1 KiB. */
export const MAX_BOOK_BYTES = 64 * 1024 * 1024

/** What is wrong with one entry; the place is added by the caller. */
class EntryProblem extends Error {
  readonly index: number
  readonly hint: Hint | undefined

  constructor(index: number, message: string, hint?: Hint) {
    super(message)
    this.index = index
    this.hint = hint
  }
}

/** The text of a book's file. */
export function writeBookText(entries: readonly BookEntry[]): string {
  return HEAD + writePlainYaml(entries.map(ordered))
}

/** In the order in which people read them; what is empty and seldom is left out. */
function ordered({
  relays = [],
  may = [],
  note,
  added,
  ...entry
}: BookEntry): Readonly<Record<string, unknown>> {
  const { name, peer, purposes, addresses, time } = entry
  return {
    ...{ name, peer, purposes, addresses },
    ...defined({
      relays: relays.length === 0 ? undefined : relays,
      may: may.length === 0 ? undefined : may
    }),
    time,
    ...defined({ added, note })
  }
}

/**
 * Reads the text of a book's file.
 * @param path for messages
 * @param rules `lenient`: as files were read before there was `strict`, so that a node with an old one starts
 * @throws NodeError bad-book, naming file, line and hint
 */
export async function readBookText(
  text: string,
  path: string,
  rules: 'strict' | 'lenient'
): Promise<BookEntry[]> {
  try {
    const list: unknown = readPlainYaml(text) ?? (await readYaml(text)) ?? []
    if (!Array.isArray(list)) throw new Error('not a list of entries')
    const entries = list.map((item, index) => entryOf(item, index))
    if (rules === 'strict') checkAll(entries, list)
    return entries
  } catch (error) {
    throw await badBook(text, path, error as Error)
  }
}

/** By the library for the whole language, which is loaded for this. */
async function readYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  return parse(text, { maxAliasCount: 0 })
}

function entryOf(item: unknown, index: number): BookEntry {
  const entry = (item ?? {}) as Partial<Record<keyof BookEntry, unknown>>
  const { name, peer, note, added } = entry
  if (typeof name !== 'string' || !NAME.test(name))
    throw new EntryProblem(
      index,
      `entry ${index + 1} has no good name`,
      'write name: and 1 to 32 of a-z, 0-9, "-"'
    )
  if (typeof peer !== 'string' || !peer.startsWith('12D3KooW'))
    throw new EntryProblem(index, `entry "${name}" has no PeerId`, {
      command: 'write peer: and what kith id prints there',
      program: 'write peer: and its PeerId'
    })
  const relays = texts(entry, 'relays', index)
  const may = texts(entry, 'may', index)
  return {
    name,
    peer,
    purposes: texts(entry, 'purposes', index),
    addresses: texts(entry, 'addresses', index),
    ...defined({
      relays: relays.length === 0 ? undefined : relays,
      may: may.length === 0 ? undefined : may
    }),
    time: entry.time === true,
    ...defined({
      added: isOrigin(added) ? added : undefined,
      note: typeof note === 'string' ? note : undefined
    })
  }
}

function isOrigin(value: unknown): value is BookOrigin {
  return typeof value === 'string' && BOOK_ORIGINS.includes(value)
}

function texts(entry: Readonly<Record<string, unknown>>, key: string, index: number): string[] {
  const value = entry[key]
  if (value === undefined) return []
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw new EntryProblem(
    index,
    `entry ${index + 1}: ${key} is not a list of texts`,
    `write ${key}: [one, another]`
  )
}

/** What would not be used, or not as it was meant. */
function checkAll(entries: readonly BookEntry[], list: readonly unknown[]): void {
  const [names, peers] = [new Set<string>(), new Map<string, string>()]
  for (const [index, entry] of entries.entries()) {
    const problem = (message: string, hint?: Hint): EntryProblem =>
      new EntryProblem(index, `entry "${entry.name}": ${message}`, hint)
    const other = peers.get(entry.peer)
    if (names.has(entry.name)) throw problem('the name is that of another entry, too', 'rename one of them')
    if (other !== undefined) throw problem(`its PeerId is that of "${other}", too`, 'remove one of them')
    names.add(entry.name)
    peers.set(entry.peer, entry.name)
    checkValues(list[index] as Readonly<Record<string, unknown>>, problem)
    try {
      checkEntry(entry)
    } catch (error) {
      throw problem((error as Error).message, hintOf(error))
    }
  }
}

function checkValues(
  item: Readonly<Record<string, unknown>>,
  problem: (message: string, hint: string) => EntryProblem
): void {
  const unknown = Object.keys(item).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) throw problem(`"${unknown}" is not a key`, `the keys are ${KEYS.join(', ')}`)
  if (item.time !== undefined && typeof item.time !== 'boolean')
    throw problem('time is neither true nor false', 'write time: true to trust its clock')
  if (item.note !== undefined && typeof item.note !== 'string')
    throw problem('note is not text', 'put it in quotes')
  if (typeof item.note === 'string' && item.note.length > MAX_NOTE)
    throw problem(`note has more than ${MAX_NOTE} characters`, 'shorten it')
  if (item.added !== undefined && !isOrigin(item.added))
    throw problem('added is not an origin', `write one of ${BOOK_ORIGINS.join(', ')}, or leave it out`)
}

async function badBook(text: string, path: string, error: Error): Promise<NodeError> {
  // The parser adds lines with the place to its message; the first is enough.
  const [reason = ''] = error.message.split('\n')
  const line = error instanceof EntryProblem ? await lineOf(text, error.index) : undefined
  const hint = error instanceof EntryProblem ? error.hint : undefined
  const place = line === undefined ? path : `${path}:${line}`
  return new NodeError('bad-book', `${place}: ${reason.replace(/:$/, '')}`, {
    hint: hint ?? 'mend the entry, or move the file away to begin an empty book',
    cause: error,
    remedy: 'stop'
  })
}

/** The line at which an entry begins, counted from 1. */
async function lineOf(text: string, index: number): Promise<number | undefined> {
  if (readPlainYaml(text) !== undefined) return plainLineOf(text, index)
  const { LineCounter, parseDocument } = await import('yaml')
  const lineCounter = new LineCounter()
  const { contents } = parseDocument(text, { lineCounter })
  const item = contents !== null && 'items' in contents ? contents.items[index] : undefined
  const offset = item !== null && typeof item === 'object' && 'range' in item ? item.range?.[0] : undefined
  return offset === undefined ? undefined : lineCounter.linePos(offset).line
}
