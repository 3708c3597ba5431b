import { defined } from '../../defined.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import { isRemoteQueryError } from '../../protocol/query/codec/query-error.ts'
import { parseSeries } from '../../reading/series.ts'
import type { Catalogue } from '../../reading/signed/catalogue.ts'
import type { Target } from '../peers/directory.ts'
import type { PeerResolver } from '../peers/resolver.ts'
import type { Selection } from '../peers/selection.ts'
import type { LatestViews } from './latest-views.ts'
import type { AskRequest, SeriesView } from './operations.ts'
import type { QueryRouter } from './query-router.ts'

export interface AskInit {
  readonly resolver: PeerResolver
  /** The path to a peer in words, where there is a connection. */
  readonly pathOf: (peer: string) => string | undefined
  readonly questions: QueryRouter
  readonly views: LatestViews
  /** ProtocolNames that carry a quantity, newest version first. */
  readonly protocolsOf: (quantity: string) => readonly string[]
  /** The catalogue of a peer, where it is known. */
  readonly catalogueOf: (peer: string) => Catalogue | undefined
  /** Connected peers that list one of the protocols, and which of them. */
  readonly speakers: (protocols: readonly string[]) => Promise<readonly Speaker[]>
}

/** A connected peer, and what it speaks of what is wanted, newest first. */
export interface Speaker {
  readonly peer: string
  readonly spoken: readonly string[]
}

/** Asks one peer, or each that a purpose means. Answers are verified and go through the hub. */
export async function ask(init: AskInit, request: AskRequest, signal: AbortSignal): Promise<SeriesView[]> {
  const { by } = request
  init.questions.checkWay(by)
  const selection = await init.resolver.selectSoon(request.who, request.what, signal)
  const { targets = [], quantity } = selection
  const results =
    quantity === undefined
      ? await Promise.allSettled(targets.map((target) => askOne(init, target, selection, by, signal)))
      : await askEverybody(init, quantity, by, signal)
  const views = init.views
    .views(selection.matches)
    .map((view) => ({ ...view, ...defined({ path: init.pathOf(view.peer) }) }))
  if (views.length > 0 && results.some((result) => result.status === 'fulfilled')) return views
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw explained(failure.reason)
  if (views.length > 0) return views
  throw new NodeError('no-data', `${request.who} has no reading of ${request.what ?? 'anything'}`, {
    hint: {
      command: `kith ask ${request.who} lists what it measures`,
      program: `ask('${request.who}') gives all that it measures`
    },
    remedy: 'retry'
  })
}

async function askOne(
  { resolver, questions, protocolsOf, catalogueOf }: AskInit,
  target: Target,
  selection: Selection,
  by: AskRequest['by'],
  signal: AbortSignal
): Promise<void> {
  if (resolver.isSelf(target.peer)) return
  await resolver.connect(target, signal)
  const find = (meta: Catalogue | undefined): Wanted[] => wantedSeries(meta, selection, protocolsOf)
  const known = find(catalogueOf(target.peer))
  // A catalogue is published at each change, but the question may come sooner.
  const wanted = known.length > 0 ? known : find(await questions.describe(target.peer, by, signal))
  await Promise.all(
    wanted.map(({ protocols, series }) => questions.read(target.peer, protocols, series, by, signal))
  )
}

/** Asks every connected peer that lists a protocol of the quantity. */
async function askEverybody(
  { resolver, questions, protocolsOf, speakers }: AskInit,
  quantity: string,
  by: AskRequest['by'],
  signal: AbortSignal
): Promise<PromiseSettledResult<void>[]> {
  const protocols = protocolsOf(quantity)
  const found = await resolver.soon(() => speakers(protocols), signal)
  return await Promise.allSettled(
    found.map(({ peer, spoken }) => questions.read(peer, spoken, undefined, by, signal))
  )
}

interface Wanted {
  readonly protocols: readonly string[]
  readonly series: string[]
}

/** What is wanted, by the protocols of it that the peer lists, newest first. */
function wantedSeries(
  meta: Catalogue | undefined,
  selection: Selection,
  protocolsOf: AskInit['protocolsOf']
): Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const { name, protocols: listed } of meta?.series ?? []) {
    const parts = parseSeries(name)
    if (parts === undefined || !selection.matches(parts)) continue
    const protocols = protocolsOf(parts.quantity).filter((protocol) => listed.includes(protocol))
    if (protocols.length === 0) continue
    const key = protocols.join(' ')
    const entry = wanted.get(key) ?? { protocols, series: [] }
    entry.series.push(name)
    wanted.set(key, entry)
  }
  return [...wanted.values()]
}

/** Errors that the peer answered keep their code; any other failure becomes `unreachable`. */
function explained(error: unknown): unknown {
  if (isNodeError(error, 'unreachable') || isNodeError(error, 'unsupported') || isRemoteQueryError(error))
    return error
  return new NodeError('unreachable', describeError(error), { remedy: 'retry', cause: error })
}
