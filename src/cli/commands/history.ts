import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import type { HistoryRow } from '../../node/api/operations.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { type PlotPoint, plot } from '../terminal/plot.ts'
import { CSV_HEAD, csvLine } from '../views/history-csv.ts'
import { remark, seriesName, shownNumber, shownValue, timeText } from '../views/series-cells.ts'

const DEFAULT_LIMIT = 10_000
/** The maximum of the control socket's request (node/control/requests.ts). */
const MAX_LIMIT = 1_000_000
const DAY_SECONDS = 86_400
const PLOT_LINES = 12
const PLOT_WIDTH = 80

export const history = defineCommand({
  name: 'history',
  summary: 'past readings as a table, --csv, --json or --plot',
  options: {
    since: { kind: 'time', value: 'TIME', summary: 'from then on: 1h (ago), 2026-11-23T10:00 (default: 1d)' },
    until: { kind: 'time', value: 'TIME', summary: 'up to then (default: now)' },
    limit: {
      kind: 'count',
      value: 'N',
      max: MAX_LIMIT,
      summary: `maximum of readings (default: ${DEFAULT_LIMIT})`
    },
    csv: { kind: 'flag', summary: 'comma-separated values (RFC 4180), in SenML units' },
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
    const request = {
      who,
      what,
      since: options.since ?? clock.now() / 1000 - DAY_SECONDS,
      limit,
      ...defined({ until: options.until, timeout })
    }
    const { operations } = await context.connect({ own: true })
    const sink = sinkOf(context)
    let readings = 0
    let rows = 0
    for await (const row of operations.history(request, signal)) {
      sink.row(row)
      rows += 1
      if (!('lost' in row)) readings += 1
      await terminal.drained(signal)
    }
    signal.throwIfAborted()
    sink.end()
    if (rows === 0 && options.plot !== true)
      terminal.remark(`kith: no readings of ${what} in that time; kith ask ${who} shows its series`)
    if (readings >= limit)
      terminal.remark(`kith: only the first ${limit} readings; --since and --limit select others`)
  }
})

/** Receives the rows as they arrive. */
interface RowSink {
  row(row: HistoryRow): void
  end(): void
}

function sinkOf(context: Context): RowSink {
  const { terminal, json, options } = context
  const chosen = [json, options['csv'], options['plot']].filter((flag) => flag === true)
  if (chosen.length > 1) throw new NodeError('usage', '--json, --csv and --plot exclude each other')
  if (json) return { row: (row) => terminal.json(row), end() {} }
  if (options['plot'] === true) return plotSink(context)
  if (options['csv'] !== true) return { row: (row) => terminal.line(rowLine(row)), end() {} }
  terminal.line(CSV_HEAD)
  return { row: (row) => terminal.line(csvLine(row)), end() {} }
}

function rowLine(row: HistoryRow): string {
  if (!('lost' in row)) {
    const value = row.state === 'value' ? shownValue(row) : remark({ ...row, age: 0 })
    return [timeText(row.time, row.quality), seriesName(row), value].join('\t')
  }
  const { from, to } = row.lost
  const count = to - from + 1
  return ['–', seriesName(row), `${count} ${count === 1 ? 'reading' : 'readings'} lost`].join('\t')
}

/** The points of one series. */
interface Curve {
  readonly points: PlotPoint[]
  readonly shown: string
  /** Whether a fault or lost readings follow the last point. */
  broken: boolean
}

function plotSink({ terminal }: Context): RowSink {
  const curves = new Map<string, Curve>()
  return {
    row: (row) => addToCurve(curves, row),
    end() {
      const drawn = [...curves].filter(([, { points }]) => points.length > 0)
      if (drawn.length === 0) terminal.remark('kith: nothing to plot: no values whose time is known')
      const width = Math.min(terminal.width, terminal.live ? Infinity : PLOT_WIDTH)
      for (const [name, { points, shown }] of drawn)
        terminal.lines([name, ...plot(points, { width, height: PLOT_LINES, label: labelLike(shown) })])
    }
  }
}

function addToCurve(curves: Map<string, Curve>, row: HistoryRow): void {
  const name = seriesName(row)
  const value = 'lost' in row ? undefined : shownNumber(row)
  if ('lost' in row || value === undefined || row.time === null) {
    const curve = curves.get(name)
    if (curve !== undefined) curve.broken = true
    return
  }
  const curve = curves.get(name) ?? { points: [], shown: shownValue(row), broken: true }
  curve.points.push({ time: row.time, value, joined: !curve.broken })
  curve.broken = false
  curves.set(name, curve)
}

/** Formats numbers with the decimals and the unit of a shown value. */
function labelLike(shown: string): (value: number) => string {
  const decimals = /\.(\d+)/.exec(shown)?.[1]?.length ?? 0
  const unit = /^-?[\d.]+( .*)$/.exec(shown)?.[1] ?? ''
  return (value) => `${value.toFixed(decimals)}${unit}`
}
