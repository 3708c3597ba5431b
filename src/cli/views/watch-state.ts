import type { Clock } from '../../clock.ts'
import type { SeriesView } from '../../node/api/operations.ts'
import { shownNumber } from './series-cells.ts'

/** What the screen shows of one series. */
export interface Watched {
  readonly view: SeriesView
  /** Clock.monotonic() when it came. */
  readonly at: number
  /** Clock.monotonic() since when it has been in this state. */
  readonly since: number
  /** The latest values, the newest last. */
  readonly trail: readonly { readonly at: number; readonly value: number }[]
}

/** Values in a sparkline. */
const TRAIL = 24
/** Series on one screen; beyond, the one that has been quiet for longest makes place. */
const MAX = 1024

/** The latest of everything watched, with its recent past. */
export class WatchState {
  readonly #clock: Clock
  readonly #series = new Map<string, Watched>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(view: SeriesView): void {
    const key = `${view.peer}/${view.series}`
    const before = this.#series.get(key)
    const now = this.#clock.monotonic()
    const measured = now - view.age * 1000
    const same = before?.view.state === view.state
    // Deleted first: the map's order is that of the last change.
    this.#series.delete(key)
    this.#series.set(key, {
      view,
      at: now,
      since: same ? before.since : measured,
      trail: extended(before, view, measured)
    })
    if (this.#series.size > MAX) this.#forgetOldest()
  }

  /** By name. */
  all(): Watched[] {
    const name = ({ view }: Watched): string => `${view.who}/${view.series}/${view.peer}`
    return [...this.#series.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1))
  }

  #forgetOldest(): void {
    for (const key of this.#series.keys()) {
      this.#series.delete(key)
      return
    }
  }
}

/** A reading shown again (as stale, say) is one point, not two. */
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
