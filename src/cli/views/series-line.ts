import type { SeriesView } from '../../node/api/operations.ts'
import { localTime } from '../terminal/format-units.ts'
import { remark, seriesName, shownValue } from './series-cells.ts'

/** `2026-11-23 21:56:41`, with `~` where it is estimated, or that it is not known. */
export function timeText(time: number | null, quality: 0 | 1 | 2): string {
  if (time === null || quality === 2) return 'time unknown'
  return `${quality === 1 ? '~' : ''}${localTime(time)}`
}

/** One reading as one line for a pipe, its parts apart by tabs: time, series, value or fault, signature. */
export function seriesLine(view: SeriesView): string {
  const value = view.state === 'value' ? shownValue(view) : remark(view)
  return [timeText(view.time, view.quality), seriesName(view), value, 'signed'].join('\t')
}
