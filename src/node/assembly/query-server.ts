import { describeError } from '../../error.ts'
import { answerPings } from '../../protocol/ping/ping.ts'
import { QueryServer } from '../../protocol/query/server/query-server.ts'
import type { Audience } from '../../reading/author/author.ts'
import { formatSeries } from '../../reading/series.ts'
import type { Startable } from '../../startable.ts'
import type { On } from './components.ts'

type Needs = On<'init' | 'language' | 'links' | 'society' | 'timekeeper' | 'storage' | 'voice' | 'measuring'>

/** Answers the questions of others, by stream and by datagram. */
export function createServer(made: Needs): QueryServer {
  const { init, language, society, timekeeper, storage, voice, measuring } = made
  const { config, world, log, identity } = init
  const { inBook, catalogues, admission } = society
  const self = identity.peer
  const hasPrivate = config.sensors.some((sensor) => sensor.private)
  const audienceOf = (peer: string): Audience => (hasPrivate && inBook(peer) ? 'book' : 'everyone')
  const server = new QueryServer({
    self,
    clock: world.clock,
    log,
    limits: config.limits.query,
    registry: language.registry,
    latest: storage.hub,
    history: storage.history,
    metas: {
      sealedMeta: (author, requester) =>
        author === self ? voice.publisher.current(audienceOf(requester)) : catalogues.get(author)?.bytes
    },
    admission,
    // Private series of others were confided to us alone.
    mayRead: (peer, series) =>
      series.peer === self
        ? !measuring.isPrivate(series.device) || inBook(peer)
        : !catalogues.isPrivate(series.peer, formatSeries(series)),
    belief: () => timekeeper.belief(),
    callerOf: ({ remotePeer }) => {
      const peer = remotePeer.toString()
      return society.callerOf(peer) ?? { peer, host: undefined, direct: false }
    }
  })
  answerDatagrams(made, server)
  return server
}

/** Questions and pings that come by datagram, one packet each way. */
function answerDatagrams(
  { language: { registry }, links: { datagrams }, society: { admission } }: Needs,
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
export function queriesPart({
  init: { config, log },
  language: { registry },
  links: { network },
  clients: { queries, datagramQueries },
  server
}: On<'init' | 'language' | 'links' | 'clients' | 'server'>): Startable {
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
