import type { HistoryRow } from '../../node/api/operations.ts'
import { elapsedTime, localTime } from '../terminal/format-units.ts'
import { type PlotPoint, plot } from '../terminal/plot.ts'
import { seriesName, shownNumber, shownValue } from './series-cells.ts'

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
}

/** Curves of history: one for each series, and one for each run without known times, on the time since its start. */
export class HistoryPlot {
  readonly #curves = new Map<string, Curve>()

  add(row: HistoryRow): void {
    const value = 'lost' in row ? undefined : shownNumber(row)
    const at = 'lost' in row ? undefined : (row.time ?? row.sinceStart)
    if ('lost' in row || value === undefined || at === undefined) this.#break(seriesName(row))
    else {
      const curve = this.#curveOf(row)
      curve.points.push({ at, value, joined: !curve.broken })
      curve.broken = false
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

  #curveOf(row: Exclude<HistoryRow, { lost: unknown }>): Curve {
    const timed = row.time !== null
    const name = seriesName(row)
    const title = timed ? name : `${name}, run ${row.position.epoch}, time since its start`
    const known = this.#curves.get(title)
    if (known !== undefined) return known
    const curve: Curve = { title, points: [], shown: shownValue(row), timed, broken: true }
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

/** Formats numbers with the decimals and the unit of a shown value. */
export function labelLike(shown: string): (value: number) => string {
  const decimals = /\.(\d+)/.exec(shown)?.[1]?.length ?? 0
  const unit = /^-?[\d.]+( .*)$/.exec(shown)?.[1] ?? ''
  return (value) => `${value.toFixed(decimals)}${unit}`
}
