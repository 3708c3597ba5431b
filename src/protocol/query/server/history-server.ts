import { defined } from '../../../defined.ts'
import type { HistoryItem } from '../../../reading/history/history.ts'
import type { Position } from '../../../reading/run.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import { QueryError } from '../codec/query-error.ts'
import type { QueryLimits } from '../limits.ts'
import type { HistorySource } from './queryables.ts'
import type { ResponseStream } from './response-stream.ts'

export interface HistoryServing {
  readonly request: QueryRequest
  readonly series: string
  readonly history: HistorySource
  readonly limits: QueryLimits
  readonly responses: ResponseStream
  /** Does some work after all that was queued before. */
  readonly inTurn: InTurn
}

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** What is left to be sent. */
interface Rest {
  readonly from: Position | undefined
  readonly items: number
  readonly bytes: number
}

/**
 * One history request: items ascending from a position, each with the position to go on from, then the
 * end, which has a position where a limit was reached before the last item. Items are fetched an answer's
 * size at a time, when the stream has taken those before.
 * @throws QueryError 'bad-request'; what writing throws
 */
export async function serveHistory(serving: HistoryServing): Promise<void> {
  const { request, limits, responses, inTurn } = serving
  const to = lastPosition(request)
  let rest: Rest = {
    from: firstPosition(request),
    items: Math.min(request.limit ?? limits.historyItems, limits.historyItems),
    bytes: limits.historyBytes
  }
  do {
    rest = await inTurn(() => sendSome(serving, rest, to))
    if (responses.cancelled) return
  } while (rest.from !== undefined && rest.items > 0 && rest.bytes > 0)
  await responses.write({ end: true, ...defined({ pos: rest.from }) })
}

async function sendSome(
  { series, history, limits, responses }: HistoryServing,
  rest: Rest,
  to: Position | undefined
): Promise<Rest> {
  if (responses.cancelled) return rest
  const bytes = Math.min(rest.bytes, limits.answerBytes)
  const { items, next } = history.items(series, rest.from, { items: rest.items, bytes, to })
  let sent = 0
  for (const item of items) {
    sent += item.kind === 'lost' ? 0 : item.bytes.length
    const blocked = responses.write(itemAnswer(item))
    if (blocked !== undefined) await blocked
    if (responses.cancelled) break
  }
  return { from: next, items: rest.items - items.length, bytes: rest.bytes - sent }
}

function firstPosition({ run, from }: QueryRequest): Position | undefined {
  if (run === undefined && from !== undefined) throw new QueryError('bad-request', 'from needs ep and boot')
  return run === undefined ? undefined : { ...run, seq: from ?? 0 }
}

function lastPosition({ run, from = 0, to }: QueryRequest): Position | undefined {
  if (to !== undefined && to < from) throw new QueryError('bad-request', 'to is below from')
  if (run === undefined && to !== undefined) throw new QueryError('bad-request', 'to needs ep and boot')
  return run === undefined || to === undefined ? undefined : { ...run, seq: to }
}

function itemAnswer(item: HistoryItem): Omit<QueryAnswer, 'id'> {
  const pos = { ...item.run, seq: item.to + 1 }
  if (item.kind === 'lost') return { lost: { from: item.from, to: item.to }, pos }
  return { [item.kind]: item.bytes, pos }
}
