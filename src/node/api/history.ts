import { NodeError } from '../../error.ts'
import { META_TOPIC } from '../../protocol/protocol-registry.ts'
import type { QueryClient } from '../../protocol/query/index.ts'
import { anchorTime } from '../../reading/history/anchor-time.ts'
import type { History } from '../../reading/history/history.ts'
import type { Reading } from '../../reading/reading.ts'
import { type Position, sameRun } from '../../reading/run.ts'
import { localSeries, parseSeries } from '../../reading/series.ts'
import type { Catalogue } from '../../reading/signed/catalogue.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { Selection } from '../peers/selection.ts'
import type { HistoryRequest, HistoryRow } from './operations.ts'
import { isWithin, RunTimes } from './run-times.ts'
import { isAhead, type ViewContext, viewPast } from './series-view.ts'

export interface HistoryInit {
  readonly resolver: PeerResolver
  readonly queries: QueryClient
  readonly history: History
  readonly context: () => ViewContext
  readonly protocolsOf: (quantity: string) => readonly string[]
}

type Lost = Extract<HistoryRow, { lost: unknown }>['lost']

/** Readings taken from our own history at a time. */
const PAGE = 500
const MAX = 1_000_000

/**
 * The past of every series that matches, one series after another, each reading once and in order. Readings without a
 * known time are included if their run can lie in the window.
 * @throws NodeError 'bad-request' if `since` is after `until`
 */
export async function* history(
  init: HistoryInit,
  request: HistoryRequest,
  signal: AbortSignal
): AsyncGenerator<HistoryRow, void, void> {
  if ((request.since ?? -Infinity) > (request.until ?? Infinity))
    throw new NodeError('bad-request', 'since is after until')
  const selection = await init.resolver.selectSoon(request.who, request.what, signal)
  let left = Math.min(request.limit ?? MAX, MAX)
  for (const target of selection.targets ?? []) {
    const rows = init.resolver.isSelf(target.peer)
      ? ownRows(init, selection, request)
      : theirRows(init, target.peer, await describe(init, target, signal), selection, request, signal)
    for await (const row of rows) {
      if (left-- <= 0) return
      yield row
    }
  }
}

async function describe(
  init: HistoryInit,
  target: { peer: string; addresses: readonly string[] },
  signal: AbortSignal
): Promise<Catalogue> {
  await init.resolver.connect(target, signal)
  return await init.queries.describe(target.peer, [META_TOPIC], {}, signal)
}

function* ownRows(init: HistoryInit, selection: Selection, request: HistoryRequest): Generator<HistoryRow> {
  const context = init.context()
  const runs = new RunTimes(init.history.runs())
  for (const series of init.history.series()) {
    const parts = parseSeries(series)
    if (parts === undefined || !selection.matches(parts)) continue
    const place = {
      peer: parts.peer,
      who: context.labelOf(parts.peer),
      series: localSeries(parts.device, parts.quantity, parts.channel)
    }
    let after: Position | undefined
    for (;;) {
      const page = init.history.readings({
        series,
        since: request.since,
        until: request.until,
        untimed: true,
        limit: PAGE,
        after
      })
      for (const reading of page) {
        for (const lost of lostBetween(init.history, series, after, reading.position))
          yield { ...place, lost }
        after = reading.position
        if (isShown(reading, request, runs, context)) yield viewPast(reading, context)
      }
      if (page.length < PAGE) break
    }
  }
}

async function* theirRows(
  init: HistoryInit,
  peer: string,
  catalogue: Catalogue,
  selection: Selection,
  request: HistoryRequest,
  signal: AbortSignal
): AsyncGenerator<HistoryRow> {
  const matching = catalogue.series.filter(({ name }) => {
    const parts = parseSeries(name)
    return parts !== undefined && selection.matches(parts)
  })
  if (matching.length === 0) {
    throw new NodeError('no-such', `${request.who} measures nothing called ${request.what}`, {
      hint: `kith ask ${request.who}`
    })
  }
  for (const series of matching) yield* seriesRows(init, peer, series.name, catalogue, request, signal)
}

async function* seriesRows(
  init: HistoryInit,
  peer: string,
  name: string,
  catalogue: Catalogue,
  request: HistoryRequest,
  signal: AbortSignal
): AsyncGenerator<HistoryRow> {
  const parts = parseSeries(name)
  if (parts === undefined) return
  const context = init.context()
  const series = localSeries(parts.device, parts.quantity, parts.channel)
  const runs = new RunTimes(catalogue.runs)
  const anchors = new Map(catalogue.runs.map((run) => [run.boot, run]))
  const place = { peer: parts.peer, who: context.labelOf(parts.peer), series }
  for await (const event of init.queries.history(
    peer,
    init.protocolsOf(parts.quantity),
    { n: name, from: startOf(catalogue, request.since) },
    signal
  )) {
    if (event.kind === 'lost')
      yield { ...place, lost: { ...event.lost.run, from: event.lost.from, to: event.lost.to } }
    if (event.kind !== 'sealed') continue
    for (const received of event.sealed.readings) {
      const reading = anchorTime(received, anchors.get(received.position.boot))
      if (reading.series === name && isShown(reading, request, runs, context))
        yield viewPast(reading, context)
    }
  }
}

/**
 * The gaps of a run of ours between two readings that follow each other in the answer. A position that the window
 * left out is held; one that is not was lost by a disk, as retention deletes from the beginning.
 */
function lostBetween(history: History, series: string, before: Position | undefined, next: Position): Lost[] {
  if (before === undefined || !sameRun(before, next) || next.seq === before.seq + 1) return []
  const ranges = history.held(series).find(({ run }) => sameRun(run, next))?.ranges ?? []
  const { epoch, boot } = next
  const gaps = ranges
    .slice(1)
    .map(([from], i) => ({ epoch, boot, from: (ranges[i]?.[1] ?? from) + 1, to: from - 1 }))
  return gaps.filter(({ from, to }) => from > before.seq && to < next.seq)
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

/** The beginning of the run in which `since` lies: nothing before it is asked for. */
function startOf(catalogue: Catalogue, since: number | undefined): Position | undefined {
  if (since === undefined) return undefined
  const begun = catalogue.runs.filter((run) => run.unix - run.mono / 1000 <= since)
  const run = begun.reduce<(typeof begun)[number] | undefined>(
    (last, one) => (last !== undefined && last.epoch > one.epoch ? last : one),
    undefined
  )
  return run === undefined ? undefined : { epoch: run.epoch, boot: run.boot, seq: 0 }
}
