import { defined } from '../../defined.ts'
import type { BookEntry, BookImport } from '../../node/api/operations.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { table } from '../terminal/table.ts'
import { tailOf } from '../views/peers-table.ts'

const list = defineCommand({
  name: 'list',
  summary: 'list the entries',
  options: {},
  positionals: [],
  example: 'kith book list --json',
  async run(context) {
    const { operations } = await context.connect()
    const entries = await operations.book()
    if (context.json) context.terminal.json(entries)
    else if (entries.length === 0)
      context.terminal.remark('kith: the book is empty; kith book add NAME WHO adds an entry')
    else context.terminal.lines(bookTable(entries, context))
  }
})

const add = defineCommand({
  name: 'add',
  summary: 'add an entry, or change one',
  options: {
    purpose: { kind: 'list', short: 'p', value: 'WORDS', summary: 'purposes of the peer: temperature,soil' },
    address: {
      kind: 'list',
      short: 'a',
      value: 'MULTIADDR',
      summary: 'the addresses of the peer, in place of those in the book; may be repeated'
    },
    relay: {
      kind: 'each',
      value: 'MULTIADDR',
      summary:
        'its relays in place of those in the book, at most 2; each ends in /p2p/ and the PeerId of the relay'
    },
    may: {
      kind: 'list',
      value: 'RIGHTS',
      summary:
        "what it may on this node, in place of its rights of before: operate:heater,read or own; '' takes all away"
    },
    time: { kind: 'flag', summary: 'trust it as a time source' },
    note: { kind: 'text', mayBeEmpty: true, value: 'TEXT', summary: 'a comment' }
  },
  positionals: [
    {
      name: 'NAME',
      required: true,
      summary: '1 to 32 lower-case letters, digits and "-"; or an invite alone, which brings a name'
    },
    {
      name: 'WHO',
      summary:
        'a PeerId, its tail, a multiaddr that ends in /p2p/…, or an invite (kith:1/…, from kith id --qr); required for a new entry'
    }
  ],
  example: 'kith book add greenhouse Zk81pd --purpose temperature,soil',
  async run(context) {
    const { options } = context
    const [first = '', second] = context.positionals
    const isInvite = second === undefined && /^kith:/i.test(first)
    const { operations } = await context.connect({ needs: 'a book' })
    const entry = await operations.bookPut({
      ...defined({
        name: isInvite ? undefined : first,
        who: isInvite ? first : second,
        purposes: options.purpose === undefined ? undefined : [...options.purpose],
        addresses: options.address === undefined ? undefined : [...options.address],
        relays: options.relay === undefined ? undefined : [...options.relay],
        may: options.may === undefined ? undefined : [...options.may],
        time: options.time,
        note: options.note
      })
    })
    const at = entry.addresses.length === 0 ? '' : `, at ${entry.addresses.join(', ')}`
    const may = entry.may === undefined ? '' : `, may ${entry.may.join(', ')}`
    print(context, entry, `${entry.name} is ${entry.peer}${at}${may}`)
  }
})

const remove = defineCommand({
  name: 'remove',
  summary: 'remove an entry',
  options: {},
  positionals: [{ name: 'NAME', required: true, offers: 'names', summary: 'the name in the book' }],
  example: 'kith book remove attic',
  async run(context) {
    const [name = ''] = context.positionals
    const { operations } = await context.connect({ needs: 'a book' })
    await operations.bookRemove(name)
    print(context, { removed: name }, `${name} removed`)
  }
})

const rename = defineCommand({
  name: 'rename',
  summary: 'rename an entry',
  options: {},
  positionals: [
    { name: 'FROM', required: true, summary: 'the name in the book' },
    { name: 'TO', required: true, summary: 'the new name' }
  ],
  example: 'kith book rename attic loft',
  async run(context) {
    const [from = '', to = ''] = context.positionals
    const { operations } = await context.connect({ needs: 'a book' })
    const entry = await operations.bookRename(from, to)
    print(context, entry, `${from} renamed to ${entry.name}`)
  }
})

const exporting = defineCommand({
  name: 'export',
  summary: 'print the entries as a file for kith book import, or write that file',
  options: {},
  positionals: [{ name: 'FILE', summary: 'a new file; standard output unless given' }],
  example: 'kith book export friends.yaml',
  async run(context) {
    const [path] = context.positionals
    const { operations } = await context.connect()
    const entries = await operations.book()
    const { exportBook, exported, exportedText } = await import('../../node/api/book/book-exchange.ts')
    if (path === undefined) {
      if (context.json) return context.terminal.json(exported(entries))
      return context.terminal.lines(exportedText(entries).trimEnd().split('\n'))
    }
    await exportBook(path, entries)
    print(context, { exported: entries.length, file: path }, `${counted(entries.length)} written to ${path}`)
  }
})

const importing = defineCommand({
  name: 'import',
  summary: 'merge the entries of a file into the book; what is not taken is listed',
  options: {},
  positionals: [{ name: 'FILE', required: true, summary: 'of kith book export, or a book.yaml' }],
  example: 'kith book import friends.yaml',
  async run(context) {
    const [path = ''] = context.positionals
    const { readExport } = await import('../../node/api/book/book-exchange.ts')
    const entries = await readExport(path)
    const { operations } = await context.connect({ needs: 'a book' })
    const done: BookImport = { added: [], changed: [], same: 0, conflicts: [] }
    for (const batch of batches(entries)) {
      const { added, changed, same, conflicts } = await operations.bookImport(batch)
      done.added.push(...added)
      done.changed.push(...changed)
      done.same += same
      done.conflicts.push(...conflicts)
    }
    const numbers = `${done.added.length} added, ${done.changed.length} changed, ${done.same} the same`
    print(context, done, done.conflicts.length === 0 ? numbers : `${numbers}, not taken:`)
    if (!context.json)
      context.terminal.prose(done.conflicts.map(({ name, text }) => `  ${sanitize(name)}: ${sanitize(text)}`))
  }
})

/** Bytes of entries in one request; limits.control.requestBytes is 64 KiB unless changed. */
const BATCH_BYTES = 48 * 1024

function* batches(entries: readonly BookEntry[]): Generator<BookEntry[]> {
  let [batch, size]: [BookEntry[], number] = [[], 0]
  for (const entry of entries) {
    const bytes = Buffer.byteLength(JSON.stringify(entry)) + 1
    if (batch.length > 0 && size + bytes > BATCH_BYTES) {
      yield batch
      ;[batch, size] = [[], 0]
    }
    batch.push(entry)
    size += bytes
  }
  if (batch.length > 0) yield batch
}

function counted(entries: number): string {
  return entries === 1 ? '1 entry' : `${entries} entries`
}

export const book = {
  name: 'book',
  summary: 'the address book, names and purposes of PeerIds: list, add, remove, rename, export, import',
  example: 'kith book add hall 12D3KooW… --purpose temperature',
  actions: [list, add, remove, rename, exporting, importing]
} as const

function print({ json, terminal }: Context, value: unknown, sentence: string): void {
  if (json) terminal.json(value)
  else terminal.prose([sentence])
}

function bookTable(entries: readonly BookEntry[], { terminal: { width, ansi } }: Context): string[] {
  const columns = [
    { title: 'NAME' },
    { title: 'PEER' },
    { title: 'PURPOSES', drop: 1 },
    ...(entries.some(({ may }) => may !== undefined) ? [{ title: 'MAY', drop: 7 }] : []),
    { title: 'TIME', drop: 4 },
    { title: 'ADDRESSES', drop: 3 },
    ...(entries.some(({ added }) => added !== undefined) ? [{ title: 'ADDED', drop: 5 }] : []),
    ...(entries.some(({ relays }) => relays !== undefined) ? [{ title: 'RELAYS', drop: 6 }] : []),
    { title: 'NOTE', drop: 2 }
  ]
  const has = (title: string): boolean => columns.some((column) => column.title === title)
  const rows = entries.map((entry) => [
    { text: entry.name, style: 'bold' } as const,
    { text: Number.isFinite(width) ? tailOf(entry.peer) : entry.peer },
    { text: entry.purposes.join(' ') || '–' },
    ...(has('MAY') ? [{ text: entry.may?.join(' ') ?? '–' }] : []),
    { text: entry.time ? 'trusted' : '–' },
    { text: entry.addresses.join(' ') || '–' },
    ...(has('ADDED') ? [{ text: entry.added ?? '–' }] : []),
    ...(has('RELAYS') ? [{ text: entry.relays?.join(' ') ?? '–' }] : []),
    { text: sanitize(entry.note ?? '') || '–' }
  ])
  return table(columns, rows, { width, ansi })
}
