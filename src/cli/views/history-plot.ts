import { isGap, type Moment } from '../../node/api/past/gap.ts'
import type { LostRow, ReadingRow } from '../../node/api/reading-rows.ts'
import { elapsedTime, localTime } from '../../node/format-units.ts'
import { type PlotMark, type PlotPoint, plot } from '../terminal/plot.ts'
import { CurvePoints } from './history/curve-points.ts'
import { historySvg } from './history/history-svg.ts'
import { labelLike, seriesName, shownNumber, shownValue } from './series-cells.ts'

const HEIGHT = 12
/** The maximum of curves: an author chooses the number of its runs. */
const MAX_CURVES = 16
/** Columns of two dates with their times. */
const MIN_DATES = 42

/** The points of one series, or of one of its runs. */
interface Curve {
  readonly title: string
  /** Of its series. */
  readonly name: string
  readonly points: CurvePoints
  /** Times of faults; their values are 0. */
  readonly faults: CurvePoints
  /** Times that are estimates. */
  readonly estimates: CurvePoints
  /** The last point. */
  last: Moment
  readonly shown: string
  readonly timed: boolean
  /** Whether a fault or lost readings follow the last point. */
  broken: boolean
}

/**
 * Curves of history: one for each series, and one for each run without known times, on the time since its start. Of more
 * than MAX_CURVES the first are kept; runs make room for series whose times are known.
 */
export class HistoryPlot {
  readonly #curves: Curve[] = []
  #leftOut = 0
  /** Of the last row that was left out: rows of a run follow each other. */
  #leftOutTitle = ''

  add(row: ReadingRow | LostRow): void {
    const value = 'lost' in row ? undefined : shownNumber(row)
    const at = 'lost' in row ? undefined : (row.time ?? row.sinceStart)
    if ('lost' in row || value === undefined || at === undefined) this.#break(row)
    else {
      const curve = this.#curveOf(row)
      if (curve === undefined) return
      const point = { time: at, interval: row.interval }
      const joined = !curve.broken && !isGap(curve.last, point)
      curve.points.add({ at, value, joined })
      if (curve.timed && row.quality !== 0) curve.estimates.add(mark(at))
      curve.last = point
      curve.broken = false
    }
  }

  /** @param width columns of each plot */
  lines(width: number): string[] {
    return this.#curves.flatMap(({ title, points, faults, estimates, shown, timed }) => [
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

  /** As a picture; undefined where there is none. */
  svg(): string | undefined {
    if (this.#curves.length === 0) return undefined
    return historySvg(
      this.#curves.map(({ title, points, faults, estimates, shown, timed }) => ({
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

  /** Curves, and those of them that are not shown. */
  get counts(): { readonly curves: number; readonly leftOut: number } {
    return { curves: this.#curves.length + this.#leftOut, leftOut: this.#leftOut }
  }

  #curveOf(row: ReadingRow): Curve | undefined {
    const timed = row.time !== null
    const name = seriesName(row)
    const title = timed ? name : `${name}, run ${row.position.epoch}, time since its start`
    const known = this.#curves.find((curve) => curve.title === title)
    if (known !== undefined) return known
    if (this.#curves.length >= MAX_CURVES && !(timed && this.#removeRun())) {
      if (title !== this.#leftOutTitle) this.#leftOut += 1
      this.#leftOutTitle = title
      return undefined
    }
    const curve: Curve = {
      title,
      name,
      points: new CurvePoints(),
      faults: new CurvePoints(),
      estimates: new CurvePoints(),
      last: { time: row.time ?? 0, interval: row.interval },
      shown: shownValue(row),
      timed,
      broken: true
    }
    this.#curves.push(curve)
    return curve
  }

  /** @returns whether there was a curve of a run */
  #removeRun(): boolean {
    const index = this.#curves.findLastIndex(({ timed }) => !timed)
    if (index === -1) return false
    this.#curves.splice(index, 1)
    this.#leftOut += 1
    return true
  }

  #break(row: ReadingRow | LostRow): void {
    const name = seriesName(row)
    for (const curve of this.#curves) {
      if (curve.name !== name) continue
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
