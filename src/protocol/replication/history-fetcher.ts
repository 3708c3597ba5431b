import { parseSeries } from '../../reading/series.ts'
import type { Catalogue } from '../protocol-registry.ts'
import type { QueryClient } from '../query/client/query-client.ts'
import type { HistoryAsker } from './backfill.ts'

/** Asks for history over streams; a peer that is not the author is asked with `who`. */
export function historyAsker(client: Pick<QueryClient, 'history'>, catalogue: Catalogue): HistoryAsker {
  return {
    async *history(peer, { series, from, to }, signal) {
      const parts = parseSeries(series)
      if (parts === undefined) return
      const protocols = catalogue.ofQuantity(parts.quantity).map(({ id }) => id)
      const who = parts.peer === peer ? {} : { who: parts.peer }
      for await (const event of client.history(peer, protocols, { n: series, ...who, from, to }, signal)) {
        if (event.kind === 'sealed') yield { sealed: event.sealed }
        if (event.kind === 'lost') yield { lost: event.lost }
      }
    }
  }
}
