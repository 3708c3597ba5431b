import { type QueryServer, queryServer } from '../../protocol/query/index.ts'
import { ReadPolicy } from '../readings/read-policy.ts'
import type { Components } from './components.ts'
import { ownSeries } from './own-catalogue.ts'

type Needs = Pick<
  Components,
  'init' | 'protocols' | 'transports' | 'peers' | 'timekeeper' | 'storage' | 'publishing' | 'sensing'
>

/** Answers queries of other peers, by stream and by datagram. */
export function createQueryServer(components: Needs): QueryServer {
  const { init, protocols, transports, peers, timekeeper, storage, publishing, sensing } = components
  const { config, world, log, identity } = init
  const { inBook, catalogues, admission, forwarding } = peers
  const self = identity.peer
  const policy = new ReadPolicy({
    self,
    inBook,
    hasPrivate: () => sensing.sensors.privates.size > 0,
    isPrivate: (device) => sensing.sensors.isPrivate(device),
    isPrivateElsewhere: (author, series) => catalogues.isPrivate(author, series),
    shows: (author, asker) => forwarding.shows(author, asker)
  })
  return queryServer({ limits: config.limits.query })({
    network: transports.network,
    datagrams: transports.datagrams,
    self,
    clock: world.clock,
    log,
    registry: protocols.registry,
    latest: storage.hub,
    history: storage.history,
    catalogues: {
      sealed(author, requester) {
        if (author === self) return publishing.cataloguePublisher.current(policy.audienceOf(requester))
        return policy.mayLearnOf(requester, author) ? catalogues.get(author)?.bytes : undefined
      },
      series: (author) =>
        author === self
          ? ownSeries(components)
          : (catalogues.mostComplete(author)?.catalogue.series.map(({ name }) => name) ?? [])
    },
    admission,
    mayRead: (peer, series) => policy.mayRead(peer, series),
    clockStatus: () => timekeeper.status(),
    callerOf: ({ remotePeer }) => {
      const peer = remotePeer.toString()
      return peers.callerOf(peer) ?? { peer, host: undefined, direct: false }
    }
  })
}
