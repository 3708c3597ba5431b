import { type Clock, withDeadline } from '../../clock.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import type { QueryClient } from '../../protocol/query/index.ts'
import type { History } from '../../reading/history/history.ts'
import type { Reading } from '../../reading/reading.ts'
import type { Position } from '../../reading/run.ts'
import { localSeries, parseSeries, partsOfSeries } from '../../reading/series.ts'
import type { Catalogue } from '../../reading/signed/catalogue.ts'
import type { Target } from '../peers/directory.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { Selection } from '../peers/selection.ts'
import { PastMerger } from './past/merge-past.ts'
import { newestFrom, OwnPast } from './past/own-past.ts'
import type { PastPiece } from './past/past-source.ts'
import { PeerPast } from './past/peer-past.ts'
import { isWithin, RunTimes } from './past/run-times.ts'
import { type HistoryRequest, type HistoryRow, type IncompleteRow, MAX_HISTORY } from './reading-rows.ts'
import { isAhead, type ViewContext, viewPast } from './series-view.ts'

export interface HistoryInit {
  readonly clock: Clock
  readonly resolver: PeerResolver
  readonly queries: QueryClient
  readonly history: History
  readonly context: () => ViewContext
  readonly protocolsOf: (quantity: string) => readonly string[]
  /** Whether a sensor of this node is meant, which may not have measured yet. */
  readonly isOwnSensor: (what: string) => boolean
  /** The catalogue of a peer, where it is known. */
  readonly catalogueOf: (peer: string) => Catalogue | undefined
  /** PeerIds of the peers with a connection. */
  readonly connected: () => readonly string[]
  readonly inBook: (peer: string) => boolean
}

/** The maximum of rows without a reading that are kept with the newest readings of a series. */
const MAX_NOTES = 10_000
/** The maximum of peers that are asked whether they store readings of an author, for one request; those of the book first. */
const MAX_HOLDERS = 8
/** Milliseconds for an author that is not connected, where this node or a connected peer stores some of its readings. */
const DIAL_MS = 3000
/** Runs back from the newest one in which the newest readings are looked for, before all of them are. */
const RUNS_BACK = [1, 4, 16]

/**
 * The past of every series that matches, one series after another, each reading once and in order. Readings without a
 * known time are included if their run can lie in the window.
 * @throws NodeError 'bad-request' if `since` is after `until`; 'no-such' if nobody that is meant has such a series
 */
export async function* history(
  init: HistoryInit,
  request: HistoryRequest,
  signal: AbortSignal
): AsyncGenerator<HistoryRow, void, void> {
  if ((request.since ?? -Infinity) > (request.until ?? Infinity))
    throw new NodeError('bad-request', 'since is after until')
  const selection = await init.resolver.selectSoon(request.who, request.what, signal)
  let left = Math.min(request.limit ?? MAX_HISTORY, MAX_HISTORY)
  let notesLeft = MAX_HISTORY
  let found = false
  const failures: { readonly peer: string; readonly error: unknown }[] = []
  for (const target of selection.targets ?? storedAuthors(init.history, selection)) {
    const past = new AuthorPast(init, target, selection, request)
    try {
      for await (const row of past.rows(signal)) {
        if (isReading(row) ? left-- <= 0 : notesLeft-- <= 0) return
        yield row
      }
      found = true
    } catch (error) {
      signal.throwIfAborted()
      failures.push({ peer: target.peer, error })
    }
  }
  const unasked = failures.filter(({ error }) => !isNodeError(error, 'no-such'))
  if (!found) throw [...unasked, ...failures][0]?.error ?? noSuch(request)
  for (const { peer, error } of unasked) yield incompleteRow(peer, error, init.context())
}

/** Of an author that could not be asked. */
function incompleteRow(peer: string, error: unknown, context: ViewContext): IncompleteRow {
  return { peer, who: context.labelOf(peer), incomplete: describeError(error) }
}

function noSuch({ who, what }: HistoryRequest): NodeError {
  return new NodeError('no-such', `${who} measures nothing called ${what}`, {
    hint: {
      command: `kith ask ${who} lists what it measures`,
      program: `ask('${who}') gives all that it measures`
    }
  })
}

/** Where a quantity was named in place of a peer: all of whom something is stored. */
function storedAuthors(history: History, selection: Selection): Target[] {
  const authors = matchingNames(history.series(), selection).map((name) => partsOfSeries(name).peer)
  return [...new Set(authors)].map((peer) => ({ peer, addresses: [] }))
}

function matchingNames(names: readonly string[], selection: Selection): string[] {
  return names.filter((name) => {
    const parts = parseSeries(name)
    return parts !== undefined && selection.matches(parts)
  })
}

/**
 * The past of one author: from the store of this node; what that lacks from the author if it is connected, else from
 * connected peers that store it, at last from the author once it is reached.
 */
class AuthorPast {
  readonly #init: HistoryInit
  readonly #target: Target
  readonly #selection: Selection
  readonly #request: HistoryRequest
  readonly #stored: readonly string[]
  /** Whether this node or a peer that is connected is known to store some of the author's readings. */
  #isHeld: boolean
  readonly #own: OwnPast
  readonly #author: PeerPast
  readonly #peers: readonly PeerPast[]

  constructor(init: HistoryInit, target: Target, selection: Selection, request: HistoryRequest) {
    this.#init = init
    this.#target = target
    this.#selection = selection
    this.#request = request
    const { history, resolver } = init
    const { peer } = target
    const { since, until } = request
    this.#stored = matchingNames(history.series(peer), selection)
    this.#isHeld = this.#stored.length > 0
    const isAuthor = resolver.isSelf(peer)
    this.#own = new OwnPast({ history, isAuthor, since, until, now: init.context().now })
    this.#author = this.#peerPast(peer)
    const connected = init.connected()
    const holders = connected
      .filter((one) => one !== peer)
      .toSorted((a, b) => Number(init.inBook(b)) - Number(init.inBook(a)))
      .slice(0, MAX_HOLDERS)
      .map((one) => this.#peerPast(one))
    if (isAuthor) this.#peers = holders
    else this.#peers = connected.includes(peer) ? [this.#author, ...holders] : [...holders, this.#author]
  }

  /** @throws NodeError 'no-such', or why nobody could be asked where nothing is stored */
  async *rows(signal: AbortSignal): AsyncGenerator<HistoryRow, void, void> {
    const names = await this.#names(signal)
    let given = this.#stored.length > 0
    for (const name of names) {
      for await (const row of this.#seriesRows(name, signal)) {
        given = true
        yield row
      }
    }
    const { failure } = this.#author
    if (failure === undefined) return
    if (!given) throw failure
    yield incompleteRow(this.#target.peer, failure, this.#init.context())
  }

  /** Series that match: of those that are stored, and of the catalogue. Nobody is asked where either has one. */
  async #names(signal: AbortSignal): Promise<string[]> {
    const { peer } = this.#target
    const known = this.#namesOf(this.#init.catalogueOf(peer))
    const names = new Set([...this.#stored, ...known])
    if (names.size > 0 || this.#isOwnSensor()) return [...names].toSorted()
    for (const source of this.#peers) {
      const found = await source.catalogue(signal).then(
        (catalogue) => this.#namesOf(catalogue),
        () => undefined
      )
      signal.throwIfAborted()
      if (found !== undefined && found.length > 0) return found
      if (found !== undefined && source === this.#author) throw noSuch(this.#request)
    }
    throw this.#author.failure ?? noSuch(this.#request)
  }

  #isOwnSensor(): boolean {
    const { resolver, isOwnSensor } = this.#init
    return resolver.isSelf(this.#target.peer) && isOwnSensor(this.#request.what)
  }

  #namesOf(catalogue: Catalogue | undefined): string[] {
    return matchingNames(catalogue?.series.map(({ name }) => name) ?? [], this.#selection)
  }

  async *#seriesRows(name: string, signal: AbortSignal): AsyncGenerator<HistoryRow, void, void> {
    const { newest } = this.#request
    if (newest === undefined) return yield* this.#rowsFrom(name, undefined, signal)
    let last: HistoryRow[] = []
    for (const from of await this.#startsOfNewest(name, newest, signal)) {
      last = await lastOf(this.#rowsFrom(name, from, signal), newest)
      if (last.filter(isReading).length >= newest) break
    }
    yield* last
  }

  /** Where to begin for the newest readings, the shortest way first; undefined for the beginning. */
  async #startsOfNewest(name: string, count: number, signal: AbortSignal): Promise<(Position | undefined)[]> {
    const stored = newestFrom(this.#init.history.held(name), count)
    if (stored !== undefined || this.#stored.includes(name)) return [stored, undefined]
    const last = await this.#newestOfPeers(name, signal)
    if (last === undefined) return [undefined]
    const { position, runs } = last
    if (position.seq + 1 >= count) return [{ ...position, seq: position.seq + 1 - count }, undefined]
    const before = runs.filter(({ epoch }) => epoch < position.epoch).toSorted((a, b) => b.epoch - a.epoch)
    const starts = RUNS_BACK.flatMap((back) => before[back - 1] ?? [])
    return [...starts.map(({ epoch, boot }) => ({ epoch, boot, seq: 0 })), undefined]
  }

  /** The newest position that the first peer has that can be asked, and the runs of the author. */
  async #newestOfPeers(
    name: string,
    signal: AbortSignal
  ): Promise<{ position: Position; runs: Catalogue['runs'] } | undefined> {
    for (const peer of this.#peers) {
      const position = await peer.newest(name, signal).catch(() => undefined)
      signal.throwIfAborted()
      if (position === undefined) continue
      this.#isHeld ||= peer !== this.#author
      return { position, runs: (await peer.catalogue(signal))?.runs ?? [] }
    }
    return undefined
  }

  async *#rowsFrom(
    name: string,
    from: Position | undefined,
    signal: AbortSignal
  ): AsyncGenerator<HistoryRow, void, void> {
    const merger = new PastMerger([this.#own, ...this.#peers], name, signal)
    const context = this.#init.context()
    const runs = this.#runTimes()
    const { peer, device, quantity, channel } = partsOfSeries(name)
    const place = { peer, who: context.labelOf(peer), series: localSeries(device, quantity, channel) }
    for await (const piece of merger.pieces({ from, before: undefined })) {
      const row = rowOf(piece, place, context)
      this.#isHeld ||= 'by' in piece && piece.by.from === 'holder'
      if ('lost' in piece || isShown(piece.reading, this.#request, runs, context)) yield row
    }
  }

  #runTimes(): RunTimes {
    const { history, resolver, catalogueOf } = this.#init
    const { peer } = this.#target
    return new RunTimes(resolver.isSelf(peer) ? history.runs() : (catalogueOf(peer)?.runs ?? []))
  }

  #peerPast(peer: string): PeerPast {
    const { queries, protocolsOf, context } = this.#init
    const author = this.#target.peer
    const by =
      peer === author
        ? ({ from: 'author' } as const)
        : ({ from: 'holder', holder: context().labelOf(peer) } as const)
    const open =
      peer === author
        ? (signal: AbortSignal) => this.#openAuthor(signal)
        : (signal: AbortSignal) => this.#openHolder(peer, signal)
    return new PeerPast({ by, peer, author, queries, protocolsOf, open, since: this.#request.since })
  }

  async #openAuthor(signal: AbortSignal): Promise<Catalogue> {
    const { resolver, queries, clock } = this.#init
    const { peer } = this.#target
    if (!this.#isHeld) await resolver.connect(this.#target, signal)
    else await withDeadline(clock, DIAL_MS, peer, (signal) => resolver.connect(this.#target, signal), signal)
    return await queries.describe(peer, [META_TOPIC], {}, signal)
  }

  async #openHolder(holder: string, signal: AbortSignal): Promise<Catalogue | undefined> {
    const { queries, catalogueOf } = this.#init
    const who = this.#target.peer
    const known = catalogueOf(who)
    if (known !== undefined) return known
    try {
      return await queries.describe(holder, [META_TOPIC], { who }, signal)
    } catch (error) {
      // One that started after the author was gone has its readings, but no catalogue.
      if (isNodeError(error, 'no-such')) return undefined
      throw error
    }
  }
}

function rowOf(
  piece: PastPiece,
  place: { peer: string; who: string; series: string },
  context: ViewContext
): HistoryRow {
  return 'lost' in piece ? { ...place, lost: piece.lost } : viewPast(piece.reading, piece.by, context)
}

function isReading(row: HistoryRow): boolean {
  return 'position' in row
}

/** The last readings with the rows between and after them; of fewer than `count`, those before them as well. */
async function lastOf(rows: AsyncIterable<HistoryRow>, count: number): Promise<HistoryRow[]> {
  const before: HistoryRow[] = []
  // Each reading is followed by the rows up to the next one.
  const ring: HistoryRow[][] = []
  let read = 0
  let notes = 0
  for await (const row of rows) {
    if (isReading(row)) {
      notes -= (ring[read % count]?.length ?? 1) - 1
      ring[read % count] = [row]
      read += 1
    } else if (notes < MAX_NOTES) {
      const group = read === 0 ? before : ring[(read - 1) % count]
      group?.push(row)
      notes += 1
    }
  }
  if (read < count) return [...before, ...ring.flat()]
  const next = read % count
  return [...ring.slice(next), ...ring.slice(0, next)].flat()
}

/** Without `until` the window ends now: a reading of the future is of a clock that was wrong. */
function isShown(
  reading: Reading,
  request: HistoryRequest,
  runs: RunTimes,
  { now }: Pick<ViewContext, 'now'>
): boolean {
  if (request.until === undefined && isAhead(reading, now)) return false
  return isWithin(reading, request, runs)
}
