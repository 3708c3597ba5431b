import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import type { SeriesView } from '../../node/api/operations.ts'
import { shownNumber } from '../views/series-cells.ts'

/** What the screen shows of one series. */
export interface Watched {
  readonly view: SeriesView
  /** Clock.monotonic() when it arrived. */
  readonly at: number
  /** Clock.monotonic() since when it has been in this state. */
  readonly since: number
  /** The latest values, the newest last. */
  readonly trail: readonly { readonly at: number; readonly value: number }[]
}

/** Values kept of each series: those of a sparkline, and of a curve until more come from history. */
const TRAIL = 240
/** Maximum series; beyond it the one without a change for longest is removed. */
const MAX_SERIES = 1024

/** What tells a series from all others. */
export function seriesKey({ peer, series }: Pick<SeriesView, 'peer' | 'series'>): string {
  return `${peer}/${series}`
}

/** The latest state of each series, with its recent values. */
export class WatchState {
  readonly #clock: Clock
  readonly #series = new BoundedMap<string, Watched>(MAX_SERIES)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#series.size
  }

  add(view: SeriesView): Watched {
    const key = seriesKey(view)
    const before = this.#series.get(key)
    const now = this.#clock.monotonic()
    const measured = now - view.age * 1000
    const same = before?.view.state === view.state
    const since = same ? before.since : measured
    const watched = { view, at: now, since, trail: extended(before, view, measured) }
    this.#series.set(key, watched)
    return watched
  }

  get(key: string): Watched | undefined {
    return this.#series.get(key)
  }

  all(): Watched[] {
    return [...this.#series.values()]
  }
}

/** A reading that is shown again, for instance as stale, is one point. */
function extended(before: Watched | undefined, view: SeriesView, at: number): Watched['trail'] {
  const trail = before?.trail ?? []
  const value = view.state === 'value' ? shownNumber(view) : undefined
  const again = before?.view.state === 'value' && samePosition(before.view, view)
  if (value === undefined || again) return trail
  return [...trail, { at, value }].slice(-TRAIL)
}

function samePosition(a: SeriesView, b: SeriesView): boolean {
  return (
    a.position.epoch === b.position.epoch &&
    a.position.boot === b.position.boot &&
    a.position.seq === b.position.seq
  )
}
