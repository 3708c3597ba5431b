import { parseSeries } from '../../reading/series.ts'
import type { ProtocolRegistry } from '../protocol-registry.ts'
import type { QueryClient } from '../query/index.ts'
import type { HistoryFetcher } from './backfill.ts'

/** Fetches history over streams; a request to a peer that is not the author names the author in `who`. */
export function createHistoryFetcher(
  client: Pick<QueryClient, 'history'>,
  registry: ProtocolRegistry
): HistoryFetcher {
  return {
    async *history(peer, { series, from, to }, signal) {
      const parts = parseSeries(series)
      if (parts === undefined) return
      const protocols = registry.ofQuantity(parts.quantity).map(({ id }) => id)
      const who = parts.peer === peer ? {} : { who: parts.peer }
      for await (const event of client.history(peer, protocols, { n: series, ...who, from, to }, signal)) {
        if (event.kind === 'sealed') yield { sealed: event.sealed }
        if (event.kind === 'lost') yield { lost: event.lost }
      }
    }
  }
}
