import { isGap } from '../../../node/api/past/gap.ts'
import type { LostRow, ReadingRow } from '../../../node/api/reading-rows.ts'
import { localTime } from '../../../node/format-units.ts'
import { seriesName } from '../series-cells.ts'

/** Characters of a date in a local time, with the space. */
const DATE = 11

/** `2026-11-23 03:10:00 – 07:42:10`, series, `no readings`, separated by tabs; the second date where it is another. */
export function gapLine(from: number, to: number, name: string): string {
  const [first, last] = [localTime(from), localTime(to)]
  const end = first.slice(0, DATE) === last.slice(0, DATE) ? last.slice(DATE) : last
  return [`${first} – ${end}`, name, 'no readings'].join('\t')
}

/** Finds outages: times without a reading between two of a series, whose times are known. */
export class HistoryGaps {
  #before: ReadingRow | undefined

  /** The line of the gap in front of a row; undefined where none is. */
  lineBefore(row: ReadingRow | LostRow): string | undefined {
    const before = this.#before
    if ('lost' in row) return undefined
    this.#before = row
    if (before === undefined || before.peer !== row.peer || before.series !== row.series) return undefined
    if (before.time === null || row.time === null) return undefined
    const [from, to] = [before.time, row.time]
    return isGap({ time: from, interval: before.interval }, { time: to, interval: row.interval })
      ? gapLine(from, to, seriesName(row))
      : undefined
  }
}
