import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import type { SeriesView } from '../../node/api/operations.ts'
import { shownNumber } from './series-cells.ts'

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

/** Values in a sparkline. */
const TRAIL = 24
/** Maximum series; beyond it the one without a change for longest is removed. */
const MAX_SERIES = 1024

/** The latest state of each series, with its recent values. */
export class WatchState {
  readonly #clock: Clock
  readonly #series = new BoundedMap<string, Watched>(MAX_SERIES)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(view: SeriesView): void {
    const key = `${view.peer}/${view.series}`
    const before = this.#series.get(key)
    const now = this.#clock.monotonic()
    const measured = now - view.age * 1000
    const same = before?.view.state === view.state
    this.#series.set(key, {
      view,
      at: now,
      since: same ? before.since : measured,
      trail: extended(before, view, measured)
    })
  }

  /** By name. */
  all(): Watched[] {
    const name = ({ view }: Watched): string => `${view.who}/${view.series}/${view.peer}`
    return [...this.#series.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1))
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
