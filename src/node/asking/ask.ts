import { describeError, isNodeError, NodeError } from '../../error.ts'
import { META_TOPIC } from '../../protocol/catalogue.ts'
import type { QueryClient } from '../../protocol/query/query-client.ts'
import { isRefusal } from '../../protocol/query/refusal.ts'
import type { Meta } from '../../reading/meta.ts'
import type { SealedReadings } from '../../reading/sealed.ts'
import { parseSeries } from '../../reading/series.ts'
import type { Target } from '../directory.ts'
import type { AskRequest, SeriesView } from '../operations.ts'
import type { Reach } from '../reach.ts'
import type { Selection } from '../selection.ts'
import type { LatestViews } from './latest.ts'

export interface AskInit {
  readonly reach: Reach
  readonly queries: QueryClient
  readonly views: LatestViews
  /** ProtocolNames that carry a quantity, newest version first. */
  readonly protocolsOf: (quantity: string) => readonly string[]
  readonly received: (sealed: SealedReadings) => void
}

/** One question to one peer, or to each that a purpose means; answers are verified and go through the journal. */
export async function ask(init: AskInit, request: AskRequest, signal: AbortSignal): Promise<SeriesView[]> {
  refuseDatagram(request.by)
  const selection = await init.reach.selectSoon(request.who, request.what, signal)
  const targets = selection.targets ?? []
  const results = await Promise.allSettled(targets.map((target) => askOne(init, target, selection, signal)))
  const views = init.views.views(selection.matches)
  if (views.length > 0 && results.some((result) => result.status === 'fulfilled')) return views
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw explained(failure.reason)
  if (views.length > 0) return views
  throw new NodeError('no-data', `${request.who} has no reading of ${request.what ?? 'anything'}`, {
    hint: `kith ask ${request.who} lists what it measures`,
    remedy: 'retry'
  })
}

async function askOne(
  init: AskInit,
  target: Target,
  selection: Selection,
  signal: AbortSignal
): Promise<void> {
  if (init.reach.isSelf(target.peer)) return
  await init.reach.connect(target, signal)
  const meta = await init.queries.describe(target.peer, [META_TOPIC], {}, signal)
  const wanted = wantedProtocols(meta, selection, init.protocolsOf)
  const answers = await Promise.all(
    wanted.map((protocols) => init.queries.read(target.peer, protocols, {}, signal))
  )
  for (const sealed of answers.flat()) init.received(sealed)
}

/** For each wanted quantity its protocols that the peer lists, newest first. */
function wantedProtocols(meta: Meta, selection: Selection, protocolsOf: AskInit['protocolsOf']): string[][] {
  const byQuantity = new Map<string, string[]>()
  for (const series of meta.series) {
    const parts = parseSeries(series.name)
    if (parts === undefined || !selection.matches(parts)) continue
    const common = protocolsOf(parts.quantity).filter((protocol) => series.protocols.includes(protocol))
    if (common.length > 0) byQuantity.set(common.join(' '), common)
  }
  return [...byQuantity.values()]
}

/** Refusals of the peer keep their code; what else went wrong on the way is told as unreachable. */
function explained(error: unknown): unknown {
  if (isNodeError(error, 'unreachable') || isRefusal(error)) return error
  return new NodeError('unreachable', describeError(error), { remedy: 'retry', cause: error })
}

export function refuseDatagram(by: AskRequest['by']): void {
  if (by !== 'datagram') return
  throw new NodeError('unsupported', 'this node does not speak datagrams', {
    hint: 'ask without --datagram: streams are used'
  })
}
