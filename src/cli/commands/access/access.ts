import { defined } from '../../../defined.ts'
import type { AccessRow } from '../../../node/api/access/views.ts'
import { sanitize } from '../../../node/log/sanitize.ts'
import { type Context, defineCommand } from '../../command-line/command.ts'
import { type Cell, table } from '../../terminal/table.ts'

export const access = defineCommand({
  name: 'access',
  summary: 'who may do what on this node, and by which line',
  options: {},
  positionals: [
    {
      name: 'WHO',
      offers: 'names',
      summary:
        'a name or purpose of the book, a PeerId, near, anyone, mqtt or http: each word and thing (default: all grants)'
    }
  ],
  example: 'kith access anna',
  async run(context) {
    const [who] = context.positionals
    const { operations } = await context.connect()
    const rows = await operations.access(defined({ who }))
    if (context.json) context.terminal.json(rows)
    else context.terminal.lines(accessTable(rows, who !== undefined, context))
  }
})

function accessTable(
  rows: readonly AccessRow[],
  isOfOne: boolean,
  { terminal: { width, ansi } }: Context
): string[] {
  const columns = [
    { title: 'WHO' },
    { title: 'MAY' },
    { title: 'ON' },
    ...(isOfOne ? [{ title: '' }] : []),
    { title: 'BY' },
    ...(isOfOne ? [] : [{ title: 'NOW', drop: 1 }])
  ]
  const cells = rows.map((row): Cell[] => [
    { text: sanitize(row.who), style: 'bold' },
    { text: row.word === 'all' ? 'nothing' : row.word },
    { text: row.on },
    ...(isOfOne ? [{ text: row.allowed ? 'yes' : 'no', style: row.allowed ? 'green' : 'dim' } as const] : []),
    { text: sanitize(row.by.join(', ')) || '–' },
    ...(isOfOne ? [] : [{ text: row.means === undefined ? '' : row.means.join(' ') || 'nobody' }])
  ])
  return table(columns, cells, { width, ansi })
}
