import { describeError } from '../../error.ts'
import { answerPings } from '../../protocol/ping/ping.ts'
import { QueryServer } from '../../protocol/query/server/query-server.ts'
import type { Audience } from '../../reading/author/author.ts'
import { formatSeries } from '../../reading/series.ts'
import type { Startable } from '../../startable.ts'
import type { Components } from './components.ts'

type Needs = Pick<
  Components,
  'init' | 'protocols' | 'transports' | 'peers' | 'timekeeper' | 'storage' | 'publishing' | 'sensing'
>

/** Answers the questions of others, by stream and by datagram. */
export function createQueryServer(components: Needs): QueryServer {
  const { init, protocols, peers, timekeeper, storage, publishing, sensing } = components
  const { config, world, log, identity } = init
  const { inBook, catalogues, admission } = peers
  const self = identity.peer
  const hasPrivate = config.sensors.some((sensor) => sensor.private)
  const audienceOf = (peer: string): Audience => (hasPrivate && inBook(peer) ? 'book' : 'everyone')
  const server = new QueryServer({
    self,
    clock: world.clock,
    log,
    limits: config.limits.query,
    registry: protocols.registry,
    latest: storage.hub,
    history: storage.history,
    metas: {
      sealedMeta: (author, requester) =>
        author === self
          ? publishing.cataloguePublisher.current(audienceOf(requester))
          : catalogues.get(author)?.bytes
    },
    admission,
    // Private series of others were confided to us alone.
    mayRead: (peer, series) =>
      series.peer === self
        ? !sensing.isPrivate(series.device) || inBook(peer)
        : !catalogues.isPrivate(series.peer, formatSeries(series)),
    belief: () => timekeeper.belief(),
    callerOf: ({ remotePeer }) => {
      const peer = remotePeer.toString()
      return peers.callerOf(peer) ?? { peer, host: undefined, direct: false }
    }
  })
  answerDatagrams(components, server)
  return server
}

/** Questions and pings that come by datagram, one packet each way. */
function answerDatagrams(
  { protocols: { registry }, transports: { datagrams }, peers: { admission } }: Needs,
  server: QueryServer
): void {
  if (datagrams === undefined) return
  for (const protocol of registry.ids()) {
    datagrams.handle(protocol, (flow) => (bytes) => {
      const answer = server.answerDatagram(bytes, { caller: flow, protocol }, flow.maxSize)
      if (answer !== undefined) flow.send(answer)
    })
  }
  answerPings(datagrams, (flow) => admission.answers(flow))
}

/** Questions both ways: while we are not asked any more, we do not ask either. */
export function queriesStartable({
  init: { config, log },
  protocols: { registry },
  transports: { network },
  clients: { queries, datagramQueries },
  server
}: Pick<Components, 'init' | 'protocols' | 'transports' | 'clients' | 'server'>): Startable {
  const streams = config.limits.query.streamsPerPeer
  const options = { maxInboundStreams: streams, maxOutboundStreams: streams, runOnLimitedConnection: true }
  return {
    name: 'queries',
    async start() {
      for (const id of registry.ids()) await network.handle(id, server.handle, options)
    },
    async stop() {
      datagramQueries?.close()
      await network.unhandle(registry.ids()).catch((error: unknown) => log.debug(describeError(error)))
      queries.close()
      server.close()
    }
  }
}
