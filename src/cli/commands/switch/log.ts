import { defined } from '../../../defined.ts'
import { NodeError } from '../../../error.ts'
import type { LoggedCommand } from '../../../node/api/operations.ts'
import { formatDuration, localTime } from '../../../node/format-units.ts'
import { sanitize } from '../../../node/log/sanitize.ts'
import { defineCommand } from '../../command-line/command.ts'
import { type Cell, table } from '../../terminal/table.ts'
import { tailOf } from '../../views/peers-table.ts'

export const log = defineCommand({
  name: 'log',
  summary: 'what was commanded of the outputs of this node: when, by whom, and the answer',
  options: {
    lines: { kind: 'count', short: 'n', max: 10_000, value: 'N', summary: 'the newest N (default: 20)' }
  },
  positionals: [{ name: 'NAME', offers: 'own-switches', summary: 'of this switch alone' }],
  example: 'kith switch log heater -n 50',
  async run({ positionals: [name], options, json, terminal, connect }) {
    if (name?.includes('/') === true)
      throw new NodeError('usage', 'kith switch log: the log is on the machine that has the switch', {
        hint: 'kith switch log there; kith switch hall/heater shows the state from here'
      })
    const { operations } = await connect({ running: true })
    const commands = await operations.switchLog(defined({ name, limit: options.lines }))
    if (json) return terminal.json(commands)
    if (commands.length === 0) return terminal.remark('kith: nothing was commanded yet')
    const columns = [
      { title: 'TIME' },
      { title: 'NAME' },
      { title: 'WHO' },
      { title: 'COMMAND' },
      { title: 'ANSWER' }
    ] as const
    terminal.lines(table(columns, commands.map(row), { width: terminal.width, ansi: terminal.ansi }))
  }
})

function row(command: LoggedCommand): Cell[] {
  const { name, answer, error, times } = command
  // Without the cure, which is for who was refused.
  const [why = ''] = (error ?? '').split('; ')
  const said = [answer, ...(error === null ? [] : [sanitize(why)]), ...(times > 1 ? [`${times} times`] : [])]
  return [
    { text: timeOf(command) },
    { text: name === '' ? 'several' : name, style: 'bold' },
    { text: whoOf(command) },
    { text: askedOf(command) },
    { text: said.join(': '), ...(error === null ? {} : { style: 'red' }) }
  ]
}

/** `~` stands before an estimated time. */
function timeOf({ time, quality }: LoggedCommand): string {
  if (time === null) return 'time unknown'
  return `${quality === 0 ? '' : '~'}${localTime(time)}`
}

function whoOf({ who, peer }: LoggedCommand): string {
  const name = sanitize(who, 64)
  return peer === null || tailOf(peer) === who ? name : `${name} ${tailOf(peer)}`
}

function askedOf({ asked, for: lease }: LoggedCommand): string {
  return lease === null ? (own.get(asked) ?? asked) : `${asked} for ${formatDuration(lease)}`
}

/** What an output did by itself. */
const own: ReadonlyMap<string, string> = new Map([
  ['start', 'start of the node'],
  ['stop', 'stop of the node'],
  ['lease', 'end of the lease'],
  ['max-on', 'end of maxOn'],
  ['initial', 'initial, after minOff'],
  ['revoked', 'right revoked']
])
