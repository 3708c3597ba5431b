import { defined } from '../../defined.ts'
import type { BookEntry } from '../../node/api/operations.ts'
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
    time: { kind: 'flag', summary: 'trust it as a time source' },
    note: { kind: 'text', value: 'TEXT', summary: 'a comment' }
  },
  positionals: [
    { name: 'NAME', required: true, summary: '1 to 32 lower-case letters, digits and "-"' },
    {
      name: 'WHO',
      summary: 'a PeerId, its tail, or a multiaddr that ends in /p2p/…; required for a new entry'
    }
  ],
  example: 'kith book add greenhouse Zk81pd --purpose temperature,soil',
  async run(context) {
    const { options } = context
    const [name = '', who] = context.positionals
    const { operations } = await context.connect({ needs: 'a book' })
    const entry = await operations.bookPut({
      name,
      ...defined({
        who,
        purposes: options.purpose === undefined ? undefined : [...options.purpose],
        addresses: options.address === undefined ? undefined : [...options.address],
        time: options.time,
        note: options.note
      })
    })
    const at = entry.addresses.length === 0 ? '' : `, at ${entry.addresses.join(', ')}`
    print(context, entry, `${entry.name} is ${entry.peer}${at}`)
  }
})

const remove = defineCommand({
  name: 'remove',
  summary: 'remove an entry',
  options: {},
  positionals: [{ name: 'NAME', required: true, summary: 'the name in the book' }],
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

export const book = {
  name: 'book',
  summary: 'the address book, names and purposes of PeerIds: list, add, remove, rename',
  example: 'kith book add hall 12D3KooW… --purpose temperature',
  actions: [list, add, remove, rename]
} as const

function print({ json, terminal }: Context, value: unknown, sentence: string): void {
  if (json) terminal.json(value)
  else terminal.line(sentence)
}

function bookTable(entries: readonly BookEntry[], { terminal: { width, ansi } }: Context): string[] {
  const columns = [
    { title: 'NAME' },
    { title: 'PEER' },
    { title: 'PURPOSES', drop: 1 },
    { title: 'TIME', drop: 4 },
    { title: 'ADDRESSES', drop: 3 },
    { title: 'NOTE', drop: 2 }
  ] as const
  const rows = entries.map((entry) => [
    { text: entry.name, style: 'bold' } as const,
    { text: Number.isFinite(width) ? tailOf(entry.peer) : entry.peer },
    { text: entry.purposes.join(' ') || '–' },
    { text: entry.time ? 'trusted' : '–' },
    { text: entry.addresses.join(' ') || '–' },
    { text: sanitize(entry.note ?? '') || '–' }
  ])
  return table(columns, rows, { width, ansi })
}
