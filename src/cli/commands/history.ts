import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import {
  type HistoryRow,
  type IncompleteRow,
  type LostRow,
  MAX_HISTORY,
  type ReadingRow
} from '../../node/api/reading-rows.ts'
import { localTime } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import { type Context, defineCommand } from '../command-line/command.ts'
import { whoWhat } from '../command-line/who-what.ts'
import {
  BUCKET_CSV_HEAD,
  BucketLines,
  type BucketRow,
  bucketCsvLine,
  HistoryBuckets,
  MAX_BUCKETS
} from '../views/history/buckets.ts'
import { HistoryGaps } from '../views/history/gaps.ts'
import { CSV_HEAD, csvLine } from '../views/history-csv.ts'
import { HistoryPlot } from '../views/history-plot.ts'
import { isUntimed, rowLine } from '../views/history-rows.ts'
import { HistorySources } from '../views/history-sources.ts'

const DEFAULT_LIMIT = 10_000
const MAX_LIMIT = 1_000_000
/** The maximum of the control socket's request (node/control/requests.ts). */
const MAX_NEWEST = 10_000
/** 366 days, in milliseconds. */
const MAX_EVERY = 31_622_400_000
const DAY_SECONDS = 86_400
const PLOT_WIDTH = 80

const SENSOR_SUMMARY = 'a device, a quantity, or air/temperature'

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
    newest: {
      kind: 'count',
      short: 'n',
      value: 'N',
      max: MAX_NEWEST,
      summary: 'only the newest N of each series, however old'
    },
    every: {
      kind: 'duration',
      value: 'TIME',
      range: [1000, MAX_EVERY],
      summary: 'count, minimum, mean and maximum of each hour (1h) or day (1d) of local time'
    },
    limit: {
      kind: 'count',
      value: 'N',
      max: MAX_LIMIT,
      summary: `maximum of readings (default: ${DEFAULT_LIMIT}; all with --every, --plot and --svg)`
    },
    csv: { kind: 'flag', summary: 'comma-separated values (RFC 4180), in SenML units' },
    cbor: { kind: 'flag', summary: 'a sequence of CBOR maps (RFC 8742) with the keys of --json' },
    svg: {
      kind: 'text',
      value: 'FILE',
      summary: 'a picture of the curves in a file, with their outages and faults; - for stdout'
    },
    plot: { kind: 'flag', summary: 'a curve in text characters' }
  },
  positionals: [
    { name: 'WHO', required: true, summary: 'a name, a PeerId or its tail, a multiaddr' },
    { name: 'SENSOR', summary: `${SENSOR_SUMMARY}; hall/air is WHO and SENSOR` }
  ],
  example: 'kith history hall/air/temperature --since 7d --every 1h',
  async run(context) {
    const { options, positionals, timeout, clock, signal, terminal } = context
    const { who, what } = whoWhat(positionals[0] ?? '', positionals[1])
    if (what === undefined)
      throw new NodeError('usage', `kith history needs SENSOR (${SENSOR_SUMMARY})`, {
        hint: `kith ask ${who} lists what there is; kith history ${who}/air`
      })
    const isSummed = options.every !== undefined || options.plot === true || options.svg !== undefined
    const limit = options.limit ?? (isSummed ? MAX_HISTORY - 1 : DEFAULT_LIMIT)
    const { until, newest } = options
    const day = newest === undefined ? (until ?? clock.now() / 1000) - DAY_SECONDS : undefined
    const since = options.since ?? day
    checkWindow(since, until)
    checkEvery(options.every, since, until ?? clock.now() / 1000)
    // The one more says whether there are more.
    const request = { who, what, limit: limit + 1, ...defined({ since, until, newest, timeout }) }
    const sink = await sinkOf(context)
    const { operations } = await context.connect({ own: true })
    const sources = new HistorySources()
    const isForPeople = !context.json && options.cbor !== true
    let rows = 0
    let readings = 0
    let untimed = 0
    let cut: ReadingRow | undefined
    for await (const row of operations.history(request, signal)) {
      if ('incomplete' in row) {
        if (isForPeople) terminal.remark(`kith: readings may be missing: ${incompleteText(row)}`)
        else sink.incomplete?.(row)
        continue
      }
      if ('position' in row) {
        if (readings === limit) {
          cut = row
          break
        }
        readings += 1
        sources.add(row)
      }
      sink.row(row)
      rows += 1
      if (isUntimed(row)) untimed += 1
      await terminal.drained(signal)
    }
    signal.throwIfAborted()
    await sink.end(cut)
    const from = sources.text()
    if (from !== undefined && isForPeople) terminal.remark(`kith: ${from}`)
    if (rows === 0 && options.plot !== true && options.svg === undefined)
      terminal.remark(`kith: no readings of ${what} in that time; kith ask ${who} shows its series`)
    if (untimed > 0 && isForPeople) terminal.remark(`kith: ${untimedText(untimed)}`)
    if (cut !== undefined) terminal.remark(`kith: ${cutText(limit, newest)}`)
  }
})

/** @throws NodeError 'usage' for a reversed window */
function checkWindow(since: number | undefined, until: number | undefined): void {
  if (until === undefined || since === undefined || since <= until) return
  const [from, to] = [since, until].map(localTime)
  throw new NodeError('usage', `kith history: --since (${from}) is after --until (${to})`)
}

/** The reason of an author that could not be asked; of several lines the first. */
function incompleteText({ incomplete }: IncompleteRow): string {
  return sanitize(incomplete.split('\n')[0] ?? '', 300)
}

/** @throws NodeError 'usage' for more periods than are kept */
function checkEvery(every: number | undefined, since: number | undefined, until: number): void {
  if (every === undefined || since === undefined) return
  const periods = Math.ceil(((until - since) * 1000) / every)
  if (periods <= MAX_BUCKETS) return
  throw new NodeError('usage', `kith history: ${periods} periods of --every, at most ${MAX_BUCKETS}`, {
    hint: 'a longer --every, or a shorter time by --since and --until'
  })
}

/** What selects the others. Nothing is advised that is the maximum or does not apply. */
function cutText(limit: number, newest: number | undefined): string {
  const options = [
    ...(limit < MAX_LIMIT ? [`--limit (at most ${MAX_LIMIT})`] : []),
    ...(newest === undefined ? ['--since and --until'] : ['a smaller -n'])
  ]
  return `only the first ${limit} readings; others by ${options.join(', or ')}`
}

function untimedText(count: number): string {
  const readings = count === 1 ? '1 reading has' : `${count} readings have`
  return `${readings} no known time: shown with the time since the start of the run`
}

/** Receives the rows as they arrive. */
interface RowSink {
  row(row: ReadingRow | LostRow): void
  /** For programs alone; people are told otherwise. */
  incomplete?(row: IncompleteRow): void
  /** @param cut the first reading beyond the limit */
  end(cut?: ReadingRow): void | Promise<void>
}

/** @throws NodeError 'usage' for forms that exclude each other */
async function sinkOf(context: Context): Promise<RowSink> {
  const { json, options } = context
  const forms = ['csv', 'cbor', 'plot', 'svg'].filter((name) => options[name] !== undefined)
  if (forms.length + (json ? 1 : 0) > 1)
    throw new NodeError('usage', '--json, --csv, --cbor, --plot and --svg exclude each other')
  const isCurve = options['plot'] === true || typeof options['svg'] === 'string'
  if (isCurve && options['every'] !== undefined)
    throw new NodeError('usage', '--every excludes --plot and --svg')
  if (typeof options['svg'] === 'string') return svgSink(context, options['svg'])
  if (isCurve) return plotSink(context)
  const every = typeof options['every'] === 'number' ? options['every'] / 1000 : undefined
  const writer = options['cbor'] === true ? await cborWriter(context) : writers(context)
  if (every === undefined) return writer
  const buckets = new HistoryBuckets(every, writer.bucket)
  return {
    ...writer,
    row: (row) => buckets.add(row),
    end(cut) {
      buckets.end(cut)
      return writer.end()
    }
  }
}

/** Writes rows, and buckets of --every, in one form. */
interface Writer extends RowSink {
  bucket(bucket: BucketRow, interval: number): void
}

function writers({ terminal, json, options }: Context): Writer {
  if (json) {
    const write = (row: HistoryRow | BucketRow): void => terminal.json(row)
    return { row: write, incomplete: write, bucket: write, end() {} }
  }
  if (options['csv'] === true) return csvWriter(terminal, options['every'] === undefined)
  const gaps = new HistoryGaps()
  const lines = new BucketLines(terminal.live ? 'screen' : 'fields')
  return {
    row(row) {
      const gap = gaps.lineBefore(row)
      terminal.lines([...(gap === undefined ? [] : [gap]), rowLine(row)])
    },
    bucket: (bucket, interval) => terminal.lines(lines.linesOf(bucket, interval)),
    end() {}
  }
}

/** The header comes with the first row, or alone where there is none: an error is no empty table. */
function csvWriter(terminal: Context['terminal'], isOfReadings: boolean): Writer {
  let head: string | undefined = isOfReadings ? CSV_HEAD : BUCKET_CSV_HEAD
  const write = (...lines: string[]): void => {
    terminal.lines(head === undefined ? lines : [head, ...lines])
    head = undefined
  }
  return {
    row: (row) => write(csvLine(row)),
    bucket: (bucket) => write(bucketCsvLine(bucket)),
    end: () => write()
  }
}

/** Each row is one item: a map with text keys. The encoder is loaded for this alone. */
async function cborWriter({ terminal }: Context): Promise<Writer> {
  if (terminal.live)
    throw new NodeError('usage', 'kith history --cbor writes bytes, not text', {
      hint: 'send them to a file or a program: kith history … --cbor > readings.cbor'
    })
  const { Encoder } = await import('cbor-x')
  const encoder = new Encoder({ useRecords: false, variableMapSize: true })
  const write = (row: HistoryRow | BucketRow): void => terminal.bytes(encoder.encode(row))
  return { row: write, incomplete: write, bucket: write, end() {} }
}

function plotSink({ terminal }: Context): RowSink {
  const plot = new HistoryPlot()
  return {
    row: (row) => plot.add(row),
    end() {
      const lines = plot.lines(Math.min(terminal.width, terminal.live ? Infinity : PLOT_WIDTH))
      if (lines.length === 0) terminal.remark('kith: nothing to plot: no values in that time')
      remarkLeftOut(terminal, plot)
      terminal.lines(lines)
    }
  }
}

function remarkLeftOut(terminal: Context['terminal'], plot: HistoryPlot): void {
  const { curves, leftOut } = plot.counts
  if (leftOut > 0)
    terminal.remark(`kith: ${leftOut} of ${curves} curves are left out: name one series, or a shorter time`)
}

function svgSink({ terminal }: Context, file: string): RowSink {
  const plot = new HistoryPlot()
  return {
    row: (row) => plot.add(row),
    async end() {
      const svg = plot.svg()
      if (svg === undefined) return terminal.remark('kith: nothing to draw: no values in that time')
      remarkLeftOut(terminal, plot)
      if (file === '-') return terminal.line(svg.trimEnd())
      const { writeAtomic } = await import('../../write-atomic.ts')
      await writeAtomic(file, svg, 0o644)
      terminal.remark(`kith: wrote ${file}`)
    }
  }
}
