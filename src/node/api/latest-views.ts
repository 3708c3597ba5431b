import type { Clock } from '../../clock.ts'
import type { Reading } from '../../reading/reading.ts'
import type { SeriesParts } from '../../reading/series.ts'
import type { ReceivedBy, SealedReadings } from '../../reading/signed/sealed.ts'
import type { SeriesView } from './operations.ts'
import { type ViewContext, viewReading } from './series-view.ts'

/** The newest reading of a series, and how it arrived. */
export interface Latest {
  readonly reading: Reading
  readonly sealed: SealedReadings
  readonly receivedBy: ReceivedBy
  /** Clock.monotonic() when it arrived. */
  readonly receivedAt: number
}

/** The part of the hub that is shown. */
export interface LatestReadings {
  latest(match: (series: SeriesParts) => boolean): readonly Latest[]
}

/** The latest readings of the hub as views, with ages as of now. */
export class LatestViews {
  readonly #hub: LatestReadings
  readonly #clock: Clock
  readonly #context: () => ViewContext

  constructor(hub: LatestReadings, clock: Clock, context: () => ViewContext) {
    this.#hub = hub
    this.#clock = clock
    this.#context = context
  }

  /** By author and series, in a stable order. */
  views(match: (series: SeriesParts) => boolean): SeriesView[] {
    const context = this.#context()
    const now = this.#clock.monotonic()
    const views = this.#hub
      .latest(match)
      .map((latest) =>
        viewReading(latest.reading, latest.receivedBy, (now - latest.receivedAt) / 1000, context)
      )
    return views.sort((a, b) => compare(`${a.who}/${a.series}`, `${b.who}/${b.series}`))
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
