import type { HistoryItem } from '../../reading/history.ts'
import type { Position } from '../../reading/run.ts'
import type { Answering } from './answering.ts'
import type { QueryAnswer, QueryRequest } from './frame.ts'
import type { QueryLimits } from './limits.ts'
import { Refused } from './refusal.ts'
import type { HistorySource } from './sources.ts'

export interface HistoryServing {
  readonly request: QueryRequest
  readonly series: string
  readonly history: HistorySource
  readonly limits: QueryLimits
  readonly answering: Answering
}

/**
 * One history request: items ascending from a position, each with the position to go on from, then the
 * end; the end tells a position where the limit was reached before everything was told.
 * @throws Refused 'bad-request'; what writing throws
 */
export async function serveHistory(serving: HistoryServing): Promise<void> {
  const { request, series, history, limits, answering } = serving
  const limit = {
    items: Math.min(request.limit ?? limits.historyItems, limits.historyItems),
    bytes: limits.historyBytes,
    to: lastPosition(request)
  }
  const { items, next } = history.items(series, firstPosition(request), limit)
  for (const item of items) {
    const blocked = answering.write(itemAnswer(item))
    if (blocked !== undefined) await blocked
    if (answering.cancelled) return
  }
  await answering.write({ end: true, ...(next === undefined ? {} : { pos: next }) })
}

function firstPosition({ run, from }: QueryRequest): Position | undefined {
  if (run === undefined && from !== undefined) throw new Refused('bad-request', 'from needs ep and boot')
  return run === undefined ? undefined : { ...run, seq: from ?? 0 }
}

function lastPosition({ run, to }: QueryRequest): Position | undefined {
  if (run === undefined && to !== undefined) throw new Refused('bad-request', 'to needs ep and boot')
  return run === undefined || to === undefined ? undefined : { ...run, seq: to }
}

function itemAnswer(item: HistoryItem): Omit<QueryAnswer, 'id'> {
  const pos = { ...item.run, seq: item.to + 1 }
  if (item.kind === 'lost') return { lost: { from: item.from, to: item.to }, pos }
  return { [item.kind]: item.bytes, pos }
}
