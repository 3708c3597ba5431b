import { DATAGRAM_PROTOCOL } from '../../protocol/datagram/index.ts'
import { LatestViews } from '../api/latest-views.ts'
import { NodeOperations } from '../api/node-operations.ts'
import type { Operations, PeerView } from '../api/operations.ts'
import { QueryRouter } from '../api/query-router.ts'
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
  const { directory, catalogues } = society
  const { resolver, protocols, onConnectSync } = acquaintance
  const { history, hub } = storage
  const context = viewContext(made)
  const views = new LatestViews(hub, clock, context)
  const carriers = (quantity: string): string[] => protocolsOf(made.language, quantity)
  const speaksDatagrams = (peer: string): Promise<boolean> => protocols.speaks(peer, DATAGRAM_PROTOCOL)
  return new NodeOperations({
    ...society,
    switches: made.switches,
    ask: {
      resolver,
      questions: new QueryRouter({
        streams: clients.queries,
        datagrams: clients.datagramQueries,
        speaksDatagrams,
        received: made.keeping.receive
      }),
      views,
      protocolsOf: carriers,
      catalogueOf: (peer) => catalogues.mostComplete(peer)?.catalogue,
      speakers: (ids) => protocols.speakers(ids)
    },
    watch: {
      clock,
      resolver,
      onConnectSync,
      listen: () => listenToAll(made),
      views,
      news: { subscribe: (changed) => hub.subscribe({ onSealed: changed }) }
    },
    history: { resolver, queries: clients.queries, history, context, protocolsOf: carriers },
    ping: {
      clock,
      resolver,
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
  society: { directory, autoDialer }
}: On<'init' | 'language' | 'timekeeper' | 'society'>): () => ViewContext {
  return () => ({
    quantities,
    now: timekeeper.now(),
    labelOf: (peer) => directory.labelOf(peer),
    reachable: (peer) => peer === identity.peer || autoDialer.connection(peer) !== undefined
  })
}

async function peersOf({
  init: { world },
  society: { autoDialer, directory, book },
  acquaintance: { protocols }
}: On<'init' | 'society' | 'acquaintance'>): Promise<PeerView[]> {
  const known = await protocols.all()
  return viewPeers({
    autoDialer,
    directory,
    book: book.entries().map(({ peer }) => peer),
    protocolsOf: (peer) => known.get(peer) ?? [],
    now: world.clock.monotonic()
  })
}
