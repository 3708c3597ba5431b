import type { Clock } from '../../clock.ts'
import { describeError } from '../../error.ts'
import { isGap, type Moment } from '../../node/api/past/gap.ts'
import type { HistoryRow } from '../../node/api/reading-rows.ts'
import { formatDuration, localTime } from '../../node/format-units.ts'
import { sanitize } from '../../node/log/sanitize.ts'
import type { AnsiStyle } from '../terminal/ansi-style.ts'
import { type PlotPoint, plot } from '../terminal/plot.ts'
import { cut } from '../terminal/text-width.ts'
import {
  ageText,
  labelLike,
  remark,
  seriesName,
  shownNumber,
  shownValue,
  stateStyle
} from '../views/series-cells.ts'
import { ageOf } from './list-lines.ts'
import type { Watched } from './watch-state.ts'

/** Seconds before now that are asked of history. */
export const CURVE_SECONDS = 3600
/** Maximum points; the oldest are removed. */
const MAX_POINTS = 20_000
/** Lines besides those of the curve: the title, the axis of time, the note. */
const OTHER_LINES = 3

interface Point extends Moment {
  readonly value: number
}

/** The curve of one series: the last hour of its history, and what arrives while it is shown. */
export class Curve {
  readonly #clock: Clock
  #points: Point[]
  #note = 'asking for the last hour'
  /** A value as it is shown: labels have its decimals and its unit. */
  #shown: string

  constructor(watched: Watched, clock: Clock) {
    this.#clock = clock
    this.#shown = shownValue(watched.view)
    const { interval } = watched.view
    this.#points = watched.trail.map(({ at, value }) => ({ time: this.#unix(at), value, interval }))
  }

  /** A reading that arrived. */
  add(watched: Watched): void {
    const last = watched.trail.at(-1)
    if (last === undefined) return
    this.#shown = shownValue(watched.view) || this.#shown
    const { interval } = watched.view
    const time = this.#unix(last.at)
    // The clocks of both differ by parts of a millisecond.
    if (time > (this.#points.at(-1)?.time ?? -Infinity) + 0.001)
      this.#push({ time, value: last.value, interval })
  }

  /** Puts what history has in front. Ends with a note where there is none. */
  async load(rows: AsyncIterable<HistoryRow>, interval: number, signal: AbortSignal): Promise<void> {
    const past: Point[] = []
    try {
      for await (const row of rows) {
        if (signal.aborted) return
        if (!('position' in row) || row.time === null) continue
        const value = shownNumber(row)
        if (value === undefined) continue
        past.push({ time: row.time, value, interval: row.interval })
        this.#shown = shownValue(row)
        if (past.length > MAX_POINTS) past.splice(0, MAX_POINTS / 10)
      }
      this.#note = ''
    } catch (error) {
      this.#note = `since watch began: ${sanitize(describeError(error), 200)}`
    }
    if (past.length === 0) return
    // They come in order of position: an estimated time may be before the one in front of it.
    past.sort((a, b) => a.time - b.time)
    const end = (past.at(-1)?.time ?? 0) + interval / 2
    this.#points = [...past, ...this.#points.filter(({ time }) => time > end)].slice(-MAX_POINTS)
  }

  lines(
    watched: Watched,
    { width, height, ansi }: { width: number; height: number; ansi: AnsiStyle }
  ): string[] {
    return [
      this.#title(watched, width, ansi),
      ...this.#plot(width, Math.max(2, height - OTHER_LINES)),
      ansi(cut(this.#noteText(), width), 'dim')
    ]
  }

  #title(watched: Watched, width: number, ansi: AnsiStyle): string {
    const { view } = watched
    const now = this.#clock.monotonic()
    const name = cut(seriesName(view), width)
    const state =
      view.state === 'value'
        ? `${shownValue(view)}  ${ageText(ageOf(watched, now))}`
        : remark(view, (now - watched.since) / 1000)
    const left = width - name.length - 2
    return left < 4
      ? ansi(name, 'bold')
      : `${ansi(name, 'bold')}  ${ansi(cut(state, left), stateStyle(view))}`
  }

  #plot(width: number, height: number): string[] {
    if (this.#points.length < 2) return ['', 'no curve yet: it begins with the second value']
    const points = this.#points.map((point, i): PlotPoint => {
      const before = this.#points[i - 1]
      return { at: point.time, value: point.value, joined: before !== undefined && !isGap(before, point) }
    })
    const axis = (at: number): string => localTime(at).slice(11)
    return plot(points, { width, height, label: labelLike(this.#shown), axis }).map((line) =>
      cut(line, width)
    )
  }

  #noteText(): string {
    const [first, last] = [this.#points.at(0), this.#points.at(-1)]
    const span = first === undefined || last === undefined ? 0 : last.time - first.time
    const count = `${this.#points.length} ${this.#points.length === 1 ? 'value' : 'values'}`
    return [`${count} in ${formatDuration(span)}`, this.#note].filter((part) => part !== '').join('; ')
  }

  #push(point: Point): void {
    this.#points.push(point)
    if (this.#points.length > MAX_POINTS) this.#points.splice(0, MAX_POINTS / 10)
  }

  #unix(monotonic: number): number {
    return (this.#clock.now() - this.#clock.monotonic() + monotonic) / 1000
  }
}
