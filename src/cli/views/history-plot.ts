import { isGap } from '../../node/api/past/gap.ts'
import type { LostRow, ReadingRow } from '../../node/api/reading-rows.ts'
import { elapsedTime, localTime } from '../terminal/format-units.ts'
import { type PlotMark, type PlotPoint, plot } from '../terminal/plot.ts'
import { CurvePoints } from './history/curve-points.ts'
import { historySvg, MAX_SVG_CURVES } from './history/history-svg.ts'
import { labelLike, seriesName, shownNumber, shownValue } from './series-cells.ts'

const HEIGHT = 12
/** Columns of two dates with their times. */
const MIN_DATES = 42

/** The points of one series, or of one of its runs. */
interface Curve {
  readonly title: string
  readonly points: CurvePoints
  /** Times of faults; their values are 0. */
  readonly faults: CurvePoints
  /** Times that are estimates. */
  readonly estimates: CurvePoints
  /** The time of the last point. */
  last: number
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
    if ('lost' in row || value === undefined || at === undefined) this.#break(row)
    else {
      const curve = this.#curveOf(row)
      const joined = !curve.broken && !isGap(curve.last, at, Math.max(row.interval, curve.interval))
      curve.points.add({ at, value, joined })
      if (curve.timed && row.quality !== 0) curve.estimates.add(mark(at))
      curve.last = at
      curve.broken = false
      curve.interval = row.interval
    }
  }

  /** @param width columns of each plot */
  lines(width: number): string[] {
    return [...this.#curves.values()].flatMap(({ title, points, faults, estimates, shown, timed }) => [
      `${title}${legend(faults.size, estimates.size)}`,
      ...plot(points.points(), {
        width,
        height: HEIGHT,
        label: labelLike(shown),
        axis: timed ? dateLabel : elapsedTime,
        marks: [...signs(estimates, '~'), ...signs(faults, '!')]
      })
    ])
  }

  /** As a picture, of at most MAX_SVG_CURVES curves; undefined where there is none. */
  svg(): string | undefined {
    const curves = [...this.#curves.values()].slice(0, MAX_SVG_CURVES)
    if (curves.length === 0) return undefined
    return historySvg(
      curves.map(({ title, points, faults, estimates, shown, timed }) => ({
        title,
        points: points.points(),
        faults: faults.points().map(({ at }) => at),
        estimates: estimates.points().map(({ at }) => at),
        label: labelLike(shown),
        axis: timed ? shortTime : elapsedTime,
        timed
      }))
    )
  }

  /** Curves, and those that are left out of svg(). */
  get counts(): { readonly curves: number; readonly leftOut: number } {
    const curves = this.#curves.size
    return { curves, leftOut: Math.max(0, curves - MAX_SVG_CURVES) }
  }

  #curveOf(row: ReadingRow): Curve {
    const timed = row.time !== null
    const name = seriesName(row)
    const title = timed ? name : `${name}, run ${row.position.epoch}, time since its start`
    const known = this.#curves.get(title)
    if (known !== undefined) return known
    const curve: Curve = {
      title,
      points: new CurvePoints(),
      faults: new CurvePoints(),
      estimates: new CurvePoints(),
      last: row.time ?? 0,
      shown: shownValue(row),
      timed,
      broken: true,
      interval: row.interval
    }
    this.#curves.set(title, curve)
    return curve
  }

  #break(row: ReadingRow | LostRow): void {
    const name = seriesName(row)
    for (const curve of this.#curves.values()) {
      if (curve.title !== name && !curve.title.startsWith(`${name},`)) continue
      curve.broken = true
      if (curve.timed && 'position' in row && row.time !== null) curve.faults.add(mark(row.time))
    }
  }
}

function mark(at: number): PlotPoint {
  return { at, value: 0, joined: false }
}

function signs(times: CurvePoints, sign: string): PlotMark[] {
  return times.points().map(({ at }) => ({ at, sign }))
}

/** What the signs below a curve mean, behind its title. */
function legend(faults: number, estimates: number): string {
  const parts = [...(faults > 0 ? ['! fault'] : []), ...(estimates > 0 ? ['~ estimated time'] : [])]
  return parts.length === 0 ? '' : `  (${parts.join(', ')})`
}

/** `11-23 21:56`, for many marks beside each other; `21:56:41` where they are less than a minute apart. */
function shortTime(unixSeconds: number, every: number): string {
  return every < 60 ? localTime(unixSeconds).slice(11, 19) : localTime(unixSeconds).slice(5, 16)
}

/** The date and the time if two fit, else the time. */
function dateLabel(unixSeconds: number, columns: number): string {
  return localTime(unixSeconds).slice(columns < MIN_DATES ? 11 : 0)
}
