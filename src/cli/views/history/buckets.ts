import { isGap } from '../../../node/api/past/gap.ts'
import type { LostRow, ReadingRow } from '../../../node/api/reading-rows.ts'
import { localTime } from '../../../node/format-units.ts'
import { pad } from '../../terminal/text-width.ts'
import { csvField } from '../history-csv.ts'
import { labelLike, seriesName, shownNumber, shownValue } from '../series-cells.ts'
import { gapLine } from './gaps.ts'
import { localPeriod, type Period } from './local-period.ts'

/** The readings of one series in one period, or of one run of it without known times. Values are in the SenML unit. */
export interface BucketRow {
  peer: string
  who: string
  series: string
  /** Unix seconds: the beginning of the period. null for a run without known times. */
  time: number | null
  /** Unix seconds: its end, which belongs to the next period. null for a run. */
  until: number | null
  /** The epoch of the run; only where `time` is null. */
  run?: number
  /** Readings with a value. */
  count: number
  /** Of booleans 1 for true and 0 for false, as `mean` and `max`. Absent without a value. */
  min?: number
  mean?: number
  max?: number
  unit: string | null
  /** As people see them: `21.48 °C`. */
  shown?: { min: string; mean: string; max: string }
  /** Readings that are faults. */
  faults: number
  /** Readings that nobody has any more, as far as their place is known. */
  lost: number
  /** Readings with a value whose time is an estimate. */
  estimated: number
  /** Not all of its readings are in it: --limit left them out. */
  cut?: true
}

/** The maximum of buckets of one series that are kept at a time. */
export const MAX_BUCKETS = 100_000

/** Sums the readings of a series up, period by period. A series is given out when the next one begins. */
export class HistoryBuckets {
  readonly #every: number
  readonly #give: (bucket: BucketRow, interval: number) => void
  #series = ''
  #buckets = new Map<string, Bucket>()
  #last: Bucket | undefined
  #lostBefore = 0

  /**
   * @param every seconds of a period
   * @param give gets each bucket with the seconds between its readings
   */
  constructor(every: number, give: (bucket: BucketRow, interval: number) => void) {
    this.#every = every
    this.#give = give
  }

  add(row: ReadingRow | LostRow): void {
    const series = `${row.peer}/${row.series}`
    if (series !== this.#series || this.#buckets.size >= MAX_BUCKETS) this.end()
    this.#series = series
    if ('lost' in row) this.#addLost(row.lost.to - row.lost.from + 1)
    else this.#bucketOf(row).add(row)
  }

  /**
   * Gives out what is kept.
   * @param cut the first reading that is left out, whose bucket is not whole
   */
  end(cut?: ReadingRow): void {
    const isSame = cut !== undefined && `${cut.peer}/${cut.series}` === this.#series
    const part = isSame ? this.#buckets.get(keyOf(cut, this.#periodOf(cut))) : undefined
    const buckets = [...this.#buckets.values()].toSorted((a, b) => a.start - b.start)
    for (const bucket of buckets) {
      const row = bucket.row()
      this.#give(bucket === part ? { ...row, cut: true } : row, bucket.interval)
    }
    this.#buckets = new Map()
    this.#last = undefined
    this.#lostBefore = 0
  }

  #addLost(count: number): void {
    if (this.#last === undefined) this.#lostBefore += count
    else this.#last.lost += count
  }

  #bucketOf(row: ReadingRow): Bucket {
    if (row.time !== null && this.#last?.covers(row.time) === true) return this.#last
    const period = this.#periodOf(row)
    const key = keyOf(row, period)
    const found = this.#buckets.get(key) ?? new Bucket(row, period)
    this.#buckets.set(key, found)
    found.lost += this.#lostBefore
    this.#lostBefore = 0
    this.#last = found
    return found
  }

  #periodOf({ time }: ReadingRow): Period | undefined {
    return time === null ? undefined : localPeriod(time, this.#every)
  }
}

function keyOf({ position }: ReadingRow, period: Period | undefined): string {
  return period === undefined ? `run ${position.epoch}` : String(period.start)
}

class Bucket {
  readonly #first: ReadingRow
  readonly #period: Period | undefined
  readonly #values = new Sum()
  readonly #shown = new Sum()
  /** Of a number: it gives the decimals and the unit. */
  #text = '0.00'
  #faults = 0
  #estimated = 0
  lost = 0
  interval = 0

  constructor(first: ReadingRow, period: Period | undefined) {
    this.#first = first
    this.#period = period
  }

  /** Runs without known times come last. */
  get start(): number {
    return this.#period?.start ?? Infinity
  }

  covers(time: number): boolean {
    return this.#period !== undefined && time >= this.#period.start && time < this.#period.end
  }

  add(row: ReadingRow): void {
    this.interval = row.interval
    if (row.value === undefined) {
      this.#faults += 1
      return
    }
    if (row.time !== null && row.quality !== 0) this.#estimated += 1
    this.#values.add(Number(row.value))
    const shown = shownNumber(row)
    if (shown !== undefined) this.#shown.add(shown)
    if (typeof row.value === 'number') this.#text = shownValue(row)
  }

  row(): BucketRow {
    const { peer, who, series, unit, position } = this.#first
    const { start = null, end = null } = this.#period ?? {}
    const { min, mean, max, count } = this.#values
    return {
      peer,
      who,
      series,
      time: start,
      until: end,
      ...(start === null ? { run: position.epoch } : {}),
      count,
      ...(count === 0 ? {} : { min, mean, max }),
      unit,
      ...(count === 0 ? {} : { shown: this.#shownSum() }),
      faults: this.#faults,
      lost: this.lost,
      estimated: this.#estimated
    }
  }

  #shownSum(): { min: string; mean: string; max: string } {
    const format = labelLike(this.#text)
    const { min, mean, max } = this.#shown
    return { min: format(min), mean: format(mean), max: format(max) }
  }
}

class Sum {
  count = 0
  min = Infinity
  max = -Infinity
  mean = 0

  add(value: number): void {
    this.count += 1
    this.min = Math.min(this.min, value)
    this.max = Math.max(this.max, value)
    // Exact enough for any number of values, where a sum of all loses digits.
    this.mean += (value - this.mean) / this.count
  }
}

const COLUMNS = [
  'time',
  'until',
  'run',
  'peer',
  'series',
  'count',
  'min',
  'mean',
  'max',
  'unit',
  'faults',
  'lost',
  'estimated',
  'cut'
] as const

export const BUCKET_CSV_HEAD = COLUMNS.join(',')

/** One line of RFC 4180, with values in the SenML unit and times as ISO 8601 in UTC. */
export function bucketCsvLine(row: BucketRow): string {
  const iso = (time: number | null): string => (time === null ? '' : new Date(time * 1000).toISOString())
  const fields = { ...row, time: iso(row.time), until: iso(row.until) }
  return COLUMNS.map((column) => csvField(fields[column])).join(',')
}

/** Buckets as lines for people, with one line in place of periods without readings. */
export class BucketLines {
  readonly #layout: 'fields' | 'screen'
  #before: BucketRow | undefined

  /** @param layout separated by tabs, or in columns below the name of the series, which 80 columns have room for */
  constructor(layout: 'fields' | 'screen') {
    this.#layout = layout
  }

  linesOf(bucket: BucketRow, interval: number): string[] {
    const before = this.#before
    this.#before = bucket
    const isSame = before?.peer === bucket.peer && before.series === bucket.series
    const from = isSame ? before.until : null
    const gap =
      from !== null &&
      bucket.time !== null &&
      isGap({ time: from, interval }, { time: bucket.time, interval })
        ? [gapLine(from, bucket.time, seriesName(bucket))]
        : []
    if (this.#layout === 'fields') return [...gap, bucketLine(bucket)]
    const head = isSame ? [] : [...(before === undefined ? [] : ['']), seriesName(bucket)]
    const away = gap.map((line) => line.split('\t')).map(([at = '', , text]) => `  ${short(at)}  ${text}`)
    return [...head, ...away, screenLine(bucket)]
  }
}

/** Columns of a number, `1013.25`, and of one with its unit. */
const NUMBER = 7
const VALUE = 11

/** At most 80 columns for the usual units: the unit stands with the maximum. */
function screenLine(bucket: BucketRow): string {
  const { shown } = bucket
  const number = (text: string): string => pad(/^-?[\d.]+(?= )/.exec(text)?.[0] ?? text, NUMBER, 'right')
  const values =
    shown === undefined
      ? ['no values']
      : [`min ${number(shown.min)}`, `mean ${number(shown.mean)}`, `max ${pad(shown.max, VALUE, 'right')}`]
  return [`  ${short(bucketTime(bucket))}`, ...values, bucketCounts(bucket)].join('  ')
}

/** Times without their seconds, where these are 0. */
function short(time: string): string {
  return time.replaceAll(/(\d\d:\d\d):00/g, '$1')
}

/** Time, series, minimum, mean, maximum and counts, separated by tabs. */
function bucketLine(bucket: BucketRow): string {
  const { shown } = bucket
  const values =
    shown === undefined ? ['no values'] : [`min ${shown.min}`, `mean ${shown.mean}`, `max ${shown.max}`]
  return [bucketTime(bucket), seriesName(bucket), ...values, bucketCounts(bucket)].join('\t')
}

function bucketTime({ time, run, estimated }: BucketRow): string {
  return time === null ? `run ${run}` : `${estimated > 0 ? '~' : ''}${localTime(time)}`
}

function bucketCounts({ count, faults, lost, cut }: BucketRow): string {
  return [
    counted(count, 'reading', 'readings'),
    ...(faults > 0 ? [counted(faults, 'fault', 'faults')] : []),
    ...(lost > 0 ? [`${lost} lost`] : []),
    ...(cut === true ? ['cut at the limit'] : [])
  ].join(', ')
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}
