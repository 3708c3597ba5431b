import { DATAGRAM_PROTOCOL } from '../../protocol/datagram/index.ts'
import { LatestViews } from '../api/latest-views.ts'
import { NodeOperations } from '../api/node-operations.ts'
import type { Operations, PeerView } from '../api/operations.ts'
import { Questions } from '../api/query-router.ts'
import type { ViewContext } from '../api/series-view.ts'
import { pathOf, viewPeers } from '../api/status.ts'
import type { Layers, On } from './components.ts'
import { protocolsOf } from './protocols.ts'
import { listenToAll } from './publishing.ts'
import { statusTeller } from './status.ts'

/** Everything that people and programs may ask of this node. */
export function createOperations(made: Layers): Operations {
  const { society, clients, storage, acquaintance } = made
  const { clock } = made.init.world
  const { directory, metas } = society
  const { reach, told, introductions } = acquaintance
  const { history, journal } = storage
  const context = viewContext(made)
  const views = new LatestViews(journal, clock, context)
  const carriers = (quantity: string): string[] => protocolsOf(made.language, quantity)
  const speaksDatagrams = (peer: string): Promise<boolean> => told.speaks(peer, DATAGRAM_PROTOCOL)
  return new NodeOperations({
    ...society,
    switches: made.switches,
    ask: {
      reach,
      questions: new Questions({
        streams: clients.queries,
        datagrams: clients.datagramQueries,
        speaksDatagrams,
        received: made.keeping.receive
      }),
      views,
      protocolsOf: carriers,
      catalogueOf: (peer) => metas.fullest(peer)?.meta,
      speakers: (protocols) => told.speakers(protocols)
    },
    watch: {
      clock,
      reach,
      introductions,
      listen: () => listenToAll(made),
      views,
      news: { subscribe: (changed) => journal.subscribe({ onSealed: changed }) }
    },
    history: { reach, queries: clients.queries, history, context, protocolsOf: carriers },
    ping: {
      clock,
      reach,
      directory,
      datagrams: made.links.datagrams,
      speaksDatagrams,
      pathOf: (connection) => pathOf(connection, directory).text
    },
    status: statusTeller(made, views),
    peers: () => peersOf(made)
  })
}

function viewContext({
  init: { identity },
  language: { quantities },
  timekeeper,
  society: { directory, neighbourhood }
}: On<'init' | 'language' | 'timekeeper' | 'society'>): () => ViewContext {
  return () => ({
    quantities,
    now: timekeeper.now(),
    labelOf: (peer) => directory.labelOf(peer),
    reachable: (peer) => peer === identity.peer || neighbourhood.connection(peer) !== undefined
  })
}

async function peersOf({
  init: { world },
  society: { neighbourhood, directory, book },
  acquaintance: { told }
}: On<'init' | 'society' | 'acquaintance'>): Promise<PeerView[]> {
  const known = await told.all()
  return viewPeers({
    neighbourhood,
    directory,
    book: book.entries().map(({ peer }) => peer),
    protocolsOf: (peer) => known.get(peer) ?? [],
    now: world.clock.monotonic()
  })
}
