import type { Reading } from '../reading.ts'
import { comparePositions, type Run } from '../run.ts'

/** Readings of one series and run without a gap, summed up. */
export interface PositionRange {
  readonly series: string
  readonly unit: string | null
  readonly run: Run
  /** First and last seq. */
  readonly from: number
  readonly to: number
  /** Unix seconds of the earliest and the latest reading; null where one is unknown. */
  readonly started: number | null
  readonly ended: number | null
  readonly faults: number
  /** Of the numbers among them; null where there is none. */
  readonly minimum: number | null
  readonly mean: number | null
  readonly maximum: number | null
}

/** The ranges of a pack or a block, series by series. */
export function rangesOf(readings: readonly Reading[]): PositionRange[] {
  const ranges: PositionRange[] = []
  for (const alike of Map.groupBy(readings, (reading) => reading.series).values()) {
    const ordered = alike.toSorted((a, b) => comparePositions(a.position, b.position))
    let start = 0
    for (let end = 1; end <= ordered.length; end++) {
      if (follows(ordered[end - 1], ordered[end])) continue
      ranges.push(summary(ordered.slice(start, end)))
      start = end
    }
  }
  return ranges
}

function follows(a: Reading | undefined, b: Reading | undefined): boolean {
  if (a === undefined || b === undefined) return false
  const { epoch, boot, seq } = a.position
  return b.position.epoch === epoch && b.position.boot === boot && b.position.seq === seq + 1
}

function summary(readings: readonly Reading[]): PositionRange {
  const [first] = readings
  const last = readings.at(-1)
  if (first === undefined || last === undefined) throw new RangeError('a range has a reading or more')
  const { epoch, boot, seq } = first.position
  const numbers = readings.map((reading) => reading.value).filter((value) => typeof value === 'number')
  return {
    series: first.series,
    unit: first.unit,
    run: { epoch, boot },
    from: seq,
    to: last.position.seq,
    ...timesOf(readings),
    faults: readings.filter((reading) => reading.fault !== undefined).length,
    ...spread(numbers)
  }
}

function timesOf(readings: readonly Reading[]): Pick<PositionRange, 'started' | 'ended'> {
  const times = readings.map((reading) => reading.time).filter((time) => time !== null)
  if (times.length < readings.length) return { started: null, ended: null }
  return { started: Math.min(...times), ended: Math.max(...times) }
}

function spread(numbers: readonly number[]): Pick<PositionRange, 'minimum' | 'mean' | 'maximum'> {
  if (numbers.length === 0) return { minimum: null, mean: null, maximum: null }
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
  return { minimum: Math.min(...numbers), mean, maximum: Math.max(...numbers) }
}

/** What of a range lies outside of others, which are ascending by their first seq. */
export function without(
  { from, to }: { readonly from: number; readonly to: number },
  others: Iterable<{ readonly from: number; readonly to: number }>
): { from: number; to: number }[] {
  const rest: { from: number; to: number }[] = []
  let next = from
  for (const other of others) {
    if (other.to < next) continue
    if (other.from > to) break
    if (other.from > next) rest.push({ from: next, to: other.from - 1 })
    next = other.to + 1
  }
  return next <= to ? [...rest, { from: next, to }] : rest
}
