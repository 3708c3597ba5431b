import type { LostRow, ReadingRow } from '../../node/api/reading-rows.ts'
import { elapsedTime } from '../../node/format-units.ts'
import { remark, seriesName, shownValue, timeText } from './series-cells.ts'

/** Whether the row is a reading without a known time. */
export function isUntimed(row: ReadingRow | LostRow): boolean {
  return !('lost' in row) && row.time === null
}

/** One row as one line: time, series, value or fault, separated by tabs. */
export function rowLine(row: ReadingRow | LostRow): string {
  if (!('lost' in row)) {
    const value = row.state === 'value' ? shownValue(row) : remark({ ...row, age: 0 })
    return [rowTime(row), seriesName(row), row.unsealed === true ? `${value} (seal lost)` : value].join('\t')
  }
  const { from, to } = row.lost
  const count = to - from + 1
  return ['–', seriesName(row), `${count} ${count === 1 ? 'reading' : 'readings'} lost`].join('\t')
}

/** `2026-11-23 21:56:41`; without a known time the run and the time since its start: `run 17 +00:12:05`. */
function rowTime(row: ReadingRow): string {
  if (row.time !== null || row.sinceStart === undefined) return timeText(row.time, row.quality, row.future)
  return `run ${row.position.epoch} ${elapsedTime(row.sinceStart)}`
}
