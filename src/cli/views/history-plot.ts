import { isGap } from '../../node/api/past/gap.ts'
import type { LostRow, ReadingRow } from '../../node/api/reading-rows.ts'
import { elapsedTime, localTime } from '../terminal/format-units.ts'
import { type PlotPoint, plot } from '../terminal/plot.ts'
import { labelLike, seriesName, shownNumber, shownValue } from './series-cells.ts'

const HEIGHT = 12
/** Columns of two dates with their times. */
const MIN_DATES = 42

/** The points of one series, or of one of its runs. */
interface Curve {
  readonly title: string
  readonly points: PlotPoint[]
  readonly shown: string
  readonly timed: boolean
  /** Whether a fault or lost readings follow the last point. */
  broken: boolean
  /** Seconds between readings, at the last point. */
  interval: number
}

/** Curves of history: one for each series, and one for each run without known times, on the time since its start. */
export class HistoryPlot {
  readonly #curves = new Map<string, Curve>()

  add(row: ReadingRow | LostRow): void {
    const value = 'lost' in row ? undefined : shownNumber(row)
    const at = 'lost' in row ? undefined : (row.time ?? row.sinceStart)
    if ('lost' in row || value === undefined || at === undefined) this.#break(seriesName(row))
    else {
      const curve = this.#curveOf(row)
      const last = curve.points.at(-1)?.at ?? at
      const joined = !curve.broken && !isGap(last, at, Math.max(row.interval, curve.interval))
      curve.points.push({ at, value, joined })
      curve.broken = false
      curve.interval = row.interval
    }
  }

  /** @param width columns of each plot */
  lines(width: number): string[] {
    return [...this.#curves.values()].flatMap(({ title, points, shown, timed }) => [
      title,
      ...plot(points, {
        width,
        height: HEIGHT,
        label: labelLike(shown),
        axis: timed ? dateLabel : elapsedTime
      })
    ])
  }

  #curveOf(row: ReadingRow): Curve {
    const timed = row.time !== null
    const name = seriesName(row)
    const title = timed ? name : `${name}, run ${row.position.epoch}, time since its start`
    const known = this.#curves.get(title)
    if (known !== undefined) return known
    const curve: Curve = {
      title,
      points: [],
      shown: shownValue(row),
      timed,
      broken: true,
      interval: row.interval
    }
    this.#curves.set(title, curve)
    return curve
  }

  #break(name: string): void {
    for (const curve of this.#curves.values())
      if (curve.title === name || curve.title.startsWith(`${name},`)) curve.broken = true
  }
}

/** The date and the time if two fit, else the time. */
function dateLabel(unixSeconds: number, columns: number): string {
  return localTime(unixSeconds).slice(columns < MIN_DATES ? 11 : 0)
}
