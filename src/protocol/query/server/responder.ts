import type { Clock } from '../../../clock.ts'
import type { ClockStatus } from '../../../hal/time-source.ts'
import type { Log } from '../../../log.ts'
import type { Caller } from '../../../peer/admission.ts'
import { parseSeries, partsOfSeries, type SeriesParts } from '../../../reading/series.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import type { AnsweredTime, QueryRequest } from '../codec/frame.ts'
import { QueryError } from '../codec/query-error.ts'
import { type SeriesMatch, selectedAuthors, selectedSeries } from '../codec/selector.ts'
import type { QueryLimits } from '../limits.ts'
import type { CarriedQuantities, CatalogueSource, HistorySource, LatestSource } from './queryables.ts'

export interface ResponderInit {
  /** Our own PeerId. */
  readonly self: string
  readonly clock: Clock
  readonly limits: QueryLimits
  readonly registry: CarriedQuantities
  readonly latest: LatestSource
  readonly history: HistorySource
  readonly catalogues: CatalogueSource
  /** Whether a caller is answered at all: the book and the local network (docs/protocols.md section 14). */
  readonly admission: { answers(caller: Caller): boolean }
  /** Whether a peer may read a series: private ones are for the book. */
  readonly mayRead: (peer: string, series: SeriesParts) => boolean
  readonly clockStatus: () => ClockStatus
  readonly log: Log
}

/** The peer that asks, and the protocol it asks on. */
export interface Requester {
  readonly caller: Caller
  readonly protocol: string
}

/** Finds the answer to a request, by stream or datagram. */
export class Responder {
  readonly #init: ResponderInit

  constructor(init: ResponderInit) {
    this.#init = init
  }

  /** @throws QueryError 'denied' */
  admit({ caller }: Requester): void {
    if (!this.#init.admission.answers(caller)) {
      throw new QueryError('denied', 'only peers of the book and of the local network are answered')
    }
  }

  /** The sealed catalogue. @throws QueryError 'no-such' */
  describe(request: QueryRequest, { caller }: Requester): Uint8Array {
    const author = request.who ?? this.#init.self
    const meta = this.#init.catalogues.sealed(author, caller.peer)
    if (meta === undefined) throw new QueryError('no-such', `the catalogue of ${author} is not held here`)
    return meta
  }

  /** The packs that carry the latest of each series asked for, each once. @throws QueryError 'no-such', 'no-data' */
  read(request: QueryRequest, requester: Requester): SealedReadings[] {
    const match = this.matching(request, requester)
    const packs = this.latest(match, request, requester)
    if (packs.length > 0) return packs
    if (this.#isListed(request, match)) throw new QueryError('no-data', 'nothing has been measured yet')
    throw new QueryError('no-such', 'no series of that name is held here')
  }

  /** Whether a series is known to exist: its first reading is yet to come. */
  #isListed(request: QueryRequest, match: SeriesMatch): boolean {
    return selectedAuthors(request, this.#init.self).some((author) =>
      this.#init.catalogues.series(author).some((name) => match(partsOfSeries(name)))
    )
  }

  /** @param match matching() of the request */
  latest(match: SeriesMatch, request: QueryRequest, requester: Requester): SealedReadings[] {
    const found = this.#init.latest.latest(match, selectedAuthors(request, this.#init.self))
    const packs = new Set<SealedReadings>()
    let last: SealedReadings | undefined
    for (const { sealed } of found) {
      // Series of one pack mostly follow each other.
      if (sealed !== last) packs.add(sealed)
      last = sealed
    }
    return [...packs].filter((pack) => this.isFor(pack, requester))
  }

  /** The series that a request selects, of those that its protocol carries and the requester may read. */
  matching(request: QueryRequest, { caller, protocol }: Requester): SeriesMatch {
    const selected = selectedSeries(request, this.#init.self)
    const carried = this.#init.registry.quantitiesOf(protocol)
    return (series) =>
      carried.has(series.quantity) && selected(series) && this.#init.mayRead(caller.peer, series)
  }

  /** Whether everything in a pack belongs to the protocol and may be read by the requester: packs are not cut. */
  isFor(sealed: SealedReadings, { caller, protocol }: Requester): boolean {
    const carried = this.#init.registry.quantitiesOf(protocol)
    let last: string | undefined
    for (const { series: name } of sealed.readings) {
      // One series' readings stand together.
      if (name === last) continue
      last = name
      const series = partsOfSeries(name)
      if (!carried.has(series.quantity) || !this.#init.mayRead(caller.peer, series)) return false
    }
    return true
  }

  /** The one series of a history request. @throws QueryError 'bad-request', 'no-such', 'no-data' */
  historySeries(request: QueryRequest, requester: Requester): string {
    if (typeof request.n !== 'string')
      throw new QueryError('bad-request', 'history is asked of one series: n')
    const match = this.matching(request, requester)
    const author = parseSeries(request.n)?.peer ?? request.who ?? this.#init.self
    const names = this.#init.history.series(author).filter((name) => match(partsOfSeries(name)))
    const [name, another] = names
    if (name === undefined && author === this.#init.self && this.#isListed(request, match))
      throw new QueryError('no-data', 'nothing has been measured yet')
    if (name === undefined) throw new QueryError('no-such', 'no history of that name is held here')
    if (another !== undefined)
      throw new QueryError('bad-request', 'that names several series; history is asked of one')
    return name
  }

  /** @throws QueryError 'no-data' where our clock is not known to be right */
  time(): AnsweredTime {
    const { clock, clockStatus } = this.#init
    const { quality, errorBound, offset } = clockStatus()
    if (quality === 2) throw new QueryError('no-data', 'the clock here is not known to be right')
    const now = Math.round((clock.now() + offset) * 1000)
    const bound = errorBound === undefined ? {} : { bound: Math.ceil(errorBound * 1e6) }
    // Received and answered in the same turn of the event loop: both timestamps are now.
    return { received: now, sent: now, quality, ...bound }
  }
}

/** The names of the series in a pack, each once. */
export function seriesOf(sealed: SealedReadings): string[] {
  return [...new Set(sealed.readings.map((reading) => reading.series))]
}
