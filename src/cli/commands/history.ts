import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import type { HistoryRow } from '../../node/api/operations.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { localTime } from '../terminal/format-units.ts'
import { CSV_HEAD, csvLine } from '../views/history-csv.ts'
import { HistoryPlot } from '../views/history-plot.ts'
import { isUntimed, rowLine } from '../views/history-rows.ts'

const DEFAULT_LIMIT = 10_000
/** The maximum of the control socket's request (node/control/requests.ts). */
const MAX_LIMIT = 1_000_000
const DAY_SECONDS = 86_400
const PLOT_WIDTH = 80

export const history = defineCommand({
  name: 'history',
  summary: 'past readings as a table, --csv, --json, --cbor or --plot',
  options: {
    since: {
      kind: 'time',
      value: 'TIME',
      summary: 'from then on: 10m (ago), 23:00, yesterday, 2026-11-23T10:00 (default: 1d)'
    },
    until: { kind: 'time', value: 'TIME', summary: 'up to then (default: now)' },
    limit: {
      kind: 'count',
      value: 'N',
      max: MAX_LIMIT,
      summary: `maximum of readings (default: ${DEFAULT_LIMIT})`
    },
    csv: { kind: 'flag', summary: 'comma-separated values (RFC 4180), in SenML units' },
    cbor: { kind: 'flag', summary: 'a sequence of CBOR maps (RFC 8742) with the keys of --json' },
    plot: { kind: 'flag', summary: 'a curve in text characters' }
  },
  positionals: [
    { name: 'WHO', required: true, summary: 'a name, a PeerId or its tail, a multiaddr' },
    { name: 'SENSOR', required: true, summary: 'a device, a quantity, or air/temperature' }
  ],
  example: 'kith history hall air/temperature --since 1h --plot',
  async run(context) {
    const { options, positionals, timeout, clock, signal, terminal } = context
    const [who = '', what = ''] = positionals
    const limit = options.limit ?? DEFAULT_LIMIT
    const until = options.until
    const since = options.since ?? (until ?? clock.now() / 1000) - DAY_SECONDS
    checkWindow(since, until)
    const request = { who, what, since, limit, ...defined({ until, timeout }) }
    const { operations } = await context.connect({ own: true })
    const sink = await sinkOf(context)
    let rows = 0
    let readings = 0
    let untimed = 0
    for await (const row of operations.history(request, signal)) {
      sink.row(row)
      rows += 1
      if (!('lost' in row)) readings += 1
      if (isUntimed(row)) untimed += 1
      await terminal.drained(signal)
    }
    signal.throwIfAborted()
    sink.end()
    if (rows === 0 && options.plot !== true)
      terminal.remark(`kith: no readings of ${what} in that time; kith ask ${who} shows its series`)
    if (untimed > 0 && !context.json && options.cbor !== true)
      terminal.remark(`kith: ${untimedText(untimed)}`)
    if (readings >= limit)
      terminal.remark(`kith: only the first ${limit} readings; --since and --limit select others`)
  }
})

/** @throws NodeError 'usage' for a reversed window */
function checkWindow(since: number, until: number | undefined): void {
  if (until === undefined || since <= until) return
  const [from, to] = [since, until].map(localTime)
  throw new NodeError('usage', `kith history: --since (${from}) is after --until (${to})`)
}

function untimedText(count: number): string {
  const readings = count === 1 ? '1 reading has' : `${count} readings have`
  return `${readings} no known time: shown with the time since the start of the run`
}

/** Receives the rows as they arrive. */
interface RowSink {
  row(row: HistoryRow): void
  end(): void
}

async function sinkOf(context: Context): Promise<RowSink> {
  const { terminal, json, options } = context
  const chosen = [json, options['csv'], options['cbor'], options['plot']].filter((flag) => flag === true)
  if (chosen.length > 1) throw new NodeError('usage', '--json, --csv, --cbor and --plot exclude each other')
  if (json) return { row: (row) => terminal.json(row), end() {} }
  if (options['plot'] === true) return plotSink(context)
  if (options['cbor'] === true) return await cborSink(context)
  if (options['csv'] !== true) return { row: (row) => terminal.line(rowLine(row)), end() {} }
  terminal.line(CSV_HEAD)
  return { row: (row) => terminal.line(csvLine(row)), end() {} }
}

/** Each row is one item: a map with text keys. The encoder is loaded for this alone. */
async function cborSink({ terminal }: Context): Promise<RowSink> {
  if (terminal.live)
    throw new NodeError('usage', 'kith history --cbor writes bytes, not text', {
      hint: 'send them to a file or a program: kith history … --cbor > readings.cbor'
    })
  const { Encoder } = await import('cbor-x')
  const encoder = new Encoder({ useRecords: false, variableMapSize: true })
  return { row: (row) => terminal.bytes(encoder.encode(row)), end() {} }
}

function plotSink({ terminal }: Context): RowSink {
  const plot = new HistoryPlot()
  return {
    row: (row) => plot.add(row),
    end() {
      const lines = plot.lines(Math.min(terminal.width, terminal.live ? Infinity : PLOT_WIDTH))
      if (lines.length === 0) terminal.remark('kith: nothing to plot: no values in that time')
      terminal.lines(lines)
    }
  }
}
