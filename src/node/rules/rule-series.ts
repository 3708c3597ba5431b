import type { Cancel } from '../../clock.ts'
import { partsOf, SERIES_OF_RULE } from '../../config/rules/names.ts'
import type { AddressBook } from '../../peer/book/book.ts'
import type { ReadingHub } from '../../reading/hub/reading-hub.ts'
import { localSeries, partsOfSeries, type SeriesParts } from '../../reading/series.ts'
import type { Latest } from '../api/latest-views.ts'
import type { SeriesView } from '../api/reading-rows.ts'
import type { Seen } from './condition.ts'
import { peerOfRule } from './rule-peer.ts'

export interface RuleSeriesInit {
  readonly self: string
  readonly book: Pick<AddressBook, 'get'>
  readonly hub: Pick<ReadingHub, 'subscribe' | 'latest'>
  /** A reading as it counts now: a value, a fault, or stale. */
  readonly view: (latest: Latest) => SeriesView
  /** Subscribes to the readings of others until the returned function is called. */
  readonly listen: () => Cancel
}

/** The series of this node and of peers of the book, as rules name them. */
export class RuleSeries {
  readonly #init: RuleSeriesInit

  constructor(init: RuleSeriesInit) {
    this.#init = init
  }

  /** What the series is now; true counts as 1. */
  seen(series: string): Seen {
    const { hub, view: viewOf, self, book } = this.#init
    const who = partsOf(series, SERIES_OF_RULE)?.who
    const peer = who === undefined ? self : peerOfRule(who, book)
    if (peer === undefined) return { state: 'waiting' }
    const [latest] = hub.latest((parts) => this.#isIt(series, parts), [peer])
    if (latest === undefined) return { state: 'waiting' }
    const view = viewOf(latest)
    if (view.state === 'value')
      return { state: 'value', value: Number(view.value), shown: view.shown ?? String(view.value) }
    if (view.state === 'stale') return { state: 'stale', shown: 'stale' }
    return { state: 'fault', shown: `a fault, ${view.fault?.code ?? 'unknown'}` }
  }

  /** Calls `changed` with a series after each of its readings, until the returned function is called. */
  watch(series: readonly string[], changed: (series: string) => void): Cancel {
    const { hub, listen } = this.#init
    if (series.length === 0) return () => {}
    const meant = (parts: SeriesParts): string[] => series.filter((one) => this.#isIt(one, parts))
    const unsubscribe = hub.subscribe({
      match: (parts) => meant(parts).length > 0,
      onSealed({ fresh }) {
        const names = fresh.flatMap((reading) => meant(partsOfSeries(reading.series)))
        for (const name of new Set(names)) changed(name)
      }
    })
    const isOfOthers = series.some((one) => partsOf(one, SERIES_OF_RULE)?.who !== undefined)
    const unlisten = isOfOthers ? listen() : () => {}
    return () => {
      unsubscribe()
      unlisten()
    }
  }

  #isIt(series: string, { peer, device, quantity, channel }: SeriesParts): boolean {
    const { self, book } = this.#init
    const parts = partsOf(series, SERIES_OF_RULE)
    if (parts === undefined || parts.device !== device) return false
    if (`${device}/${parts.rest}` !== localSeries(device, quantity, channel)) return false
    return peer === (parts.who === undefined ? self : peerOfRule(parts.who, book))
  }
}
