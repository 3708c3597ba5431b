import type { Cancel } from '../../../clock.ts'
import { partsOfSeries, type SeriesParts } from '../../../reading/series.ts'
import type { FreshReadings, LatestReading, LatestSource } from './queryables.ts'

type Subscriber = Parameters<LatestSource['subscribe']>[0]

/** One subscription for all who observe: however many strangers there are, they take one place of the journal. */
export class SharedLatest implements LatestSource {
  readonly #source: LatestSource
  readonly #subscribers = new Set<Subscriber>()
  #cancel: Cancel | undefined

  constructor(source: LatestSource) {
    this.#source = source
  }

  latest(match: (series: SeriesParts) => boolean): readonly LatestReading[] {
    return this.#source.latest(match)
  }

  subscribe(subscriber: Subscriber): Cancel {
    this.#cancel ??= this.#source.subscribe({ match: () => true, onSealed: (event) => this.#tell(event) })
    this.#subscribers.add(subscriber)
    return () => {
      this.#subscribers.delete(subscriber)
      if (this.#subscribers.size > 0) return
      this.#cancel?.()
      this.#cancel = undefined
    }
  }

  #tell(event: FreshReadings): void {
    const names = new Set(event.fresh.map(({ series }) => series))
    const series = [...names].map(partsOfSeries)
    for (const { match, onSealed } of this.#subscribers) if (series.some(match)) onSealed(event)
  }
}
