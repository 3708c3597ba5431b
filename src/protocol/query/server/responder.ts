import type { Clock } from '../../../clock.ts'
import type { ClockStatus } from '../../../hal/time-source.ts'
import type { Log } from '../../../log.ts'
import type { Caller } from '../../../peer/admission.ts'
import type { Reading } from '../../../reading/reading.ts'
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
  /**
   * Whether a caller is answered at all (docs/protocols.md section 14). `isRequest` is false where an open request is
   * looked at anew.
   */
  readonly admission: { answers(caller: Caller, isRequest: boolean): boolean }
  /** Whether a peer may read a series. */
  readonly mayRead: (caller: Caller, series: SeriesParts) => boolean
  /** Seals those readings of a pack of our own anew that a requester may have. @throws PackError */
  readonly reseal: (sealed: SealedReadings, readings: readonly Reading[]) => SealedReadings
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

  /** @param isRequest whether it is a new request @throws QueryError 'denied' */
  admit({ caller }: Requester, isRequest = true): void {
    if (this.#init.admission.answers(caller, isRequest)) return
    const text = 'only peers of the book and of the local network are answered, and who is granted read'
    throw new QueryError('denied', text)
  }

  /** The sealed catalogue. @throws QueryError 'no-such' */
  describe(request: QueryRequest, { caller }: Requester): Uint8Array {
    const author = request.who ?? this.#init.self
    const meta = this.#init.catalogues.sealed(author, caller)
    if (meta === undefined) throw new QueryError('no-such', `the catalogue of ${author} is not held here`)
    return meta
  }

  /** The packs that carry the latest of each series asked for, each once. @throws QueryError 'no-such', 'no-data' */
  read(request: QueryRequest, requester: Requester): SealedReadings[] {
    const match = this.matching(request, requester)
    const packs = this.latest(match, request, requester)
    if (packs.length > 0) return packs
    if (this.listed(request, match).length > 0)
      throw new QueryError('no-data', 'nothing has been measured yet')
    throw new QueryError('no-such', 'no series of that name is held here')
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
    return [...packs].map((pack) => this.partFor(pack, requester)).filter((pack) => pack !== undefined)
  }

  /** The series that a request selects, of those that its protocol carries and the requester may read. */
  matching(request: QueryRequest, { caller, protocol }: Requester): SeriesMatch {
    const selected = selectedSeries(request, this.#init.self)
    const carried = this.#init.registry.quantitiesOf(protocol)
    return (series) => carried.has(series.quantity) && selected(series) && this.#init.mayRead(caller, series)
  }

  /** Whether everything in a pack belongs to the protocol and may be read by the requester. */
  isFor(sealed: SealedReadings, requester: Requester): boolean {
    return this.#readable(sealed, requester)?.length === sealed.readings.length
  }

  /**
   * What of a pack is for the requester: all of it, or of one of our own the readings that it may have, sealed anew.
   * Nobody else can cut a pack: of others it is all or nothing.
   */
  partFor(sealed: SealedReadings, requester: Requester): SealedReadings | undefined {
    const readings = this.#readable(sealed, requester)
    if (readings?.length === sealed.readings.length) return sealed
    if (
      readings === undefined ||
      readings.length === 0 ||
      sealed.kind !== 'pack' ||
      sealed.author !== this.#init.self
    )
      return undefined
    return this.#init.reseal(sealed, readings)
  }

  /** @returns undefined where something in the pack does not belong to the protocol */
  #readable(sealed: SealedReadings, { caller, protocol }: Requester): readonly Reading[] | undefined {
    const carried = this.#init.registry.quantitiesOf(protocol)
    const readings: Reading[] = []
    let last: string | undefined
    let isReadable = false
    for (const reading of sealed.readings) {
      // One series' readings stand together.
      if (reading.series !== last) {
        last = reading.series
        const series = partsOfSeries(last)
        if (!carried.has(series.quantity)) return undefined
        isReadable = this.#init.mayRead(caller, series)
      }
      if (isReadable) readings.push(reading)
    }
    return readings
  }

  /** The names of series that a request selects, of those that the catalogues of its authors list. */
  listed(request: QueryRequest, match: SeriesMatch): string[] {
    const { catalogues, self } = this.#init
    return selectedAuthors(request, self)
      .flatMap((author) => catalogues.series(author))
      .filter((name) => match(partsOfSeries(name)))
  }

  /** The one series of a history request. @throws QueryError 'bad-request', 'no-such', 'no-data' */
  historySeries(request: QueryRequest, requester: Requester): string {
    if (typeof request.n !== 'string')
      throw new QueryError('bad-request', 'history is asked of one series: n')
    const match = this.matching(request, requester)
    const author = parseSeries(request.n)?.peer ?? request.who ?? this.#init.self
    const names = this.#init.history.series(author).filter((name) => match(partsOfSeries(name)))
    const [name, another] = names
    if (name === undefined && author === this.#init.self && this.listed(request, match).length > 0)
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
