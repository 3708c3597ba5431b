import type { PeerId } from '@libp2p/interface'
import type { NodeConfig } from '../config/schema.ts'
import { describeError } from '../error.ts'
import type { World } from '../hal/world.ts'
import type { Log } from '../log.ts'
import type { Admission, Caller } from '../peer/admission.ts'
import type { Neighbourhood } from '../peer/neighbourhood.ts'
import { type Catalogue, META_TOPIC } from '../protocol/catalogue.ts'
import type { Datagrams } from '../protocol/datagram/index.ts'
import { Gossip } from '../protocol/gossip.ts'
import { Holder } from '../protocol/holder.ts'
import { HolderTable } from '../protocol/holder-table.ts'
import { MetaPublisher } from '../protocol/meta-publisher.ts'
import type { MetaTable } from '../protocol/meta-table.ts'
import { answerPings } from '../protocol/ping.ts'
import { type AnswerDoor, answerDoor } from '../protocol/query/answer-door.ts'
import { DatagramQueryClient } from '../protocol/query/datagram-query-client.ts'
import { QueryClient } from '../protocol/query/query-client.ts'
import { QueryServer } from '../protocol/query/query-server.ts'
import { Repair } from '../protocol/repair.ts'
import { historyAsker } from '../protocol/repair-asker.ts'
import { RepairQueue } from '../protocol/repair-queue.ts'
import type { Audience } from '../reading/author.ts'
import type { SealVerifier } from '../reading/seal-verify.ts'
import type { Door, SealedReadings } from '../reading/sealed.ts'
import { formatSeries } from '../reading/series.ts'
import type { Keeper } from './keeper.ts'
import type { Part } from './lifecycle.ts'
import type { Measuring } from './measuring.ts'
import type { Network } from './network.ts'
import type { Timekeeper } from './timekeeper.ts'

export interface SpeakingInit {
  readonly self: string
  readonly config: NodeConfig
  readonly world: World
  readonly log: Log
  readonly network: Network
  /** undefined where datagrams are switched off. */
  readonly datagrams: Datagrams | undefined
  readonly neighbourhood: Neighbourhood
  readonly admission: Admission
  readonly callerOf: (peer: string) => Caller | undefined
  readonly inBook: (peer: string) => boolean
  readonly catalogue: Catalogue
  readonly verifier: SealVerifier
  readonly timekeeper: Timekeeper
  readonly measuring: Measuring
  readonly metas: MetaTable
  readonly keeper: Keeper
  /** Whether the neighbours are told of our catalogue unasked. */
  readonly tells: boolean
  /** Makes and seals our own catalogue. */
  readonly sealMeta: (revision: number, audience: Audience) => Uint8Array
}

/** The languages spoken: gossip, queries, catalogues, repair. */
export interface Speaking {
  readonly gossip: Gossip
  readonly queries: QueryClient
  /** undefined where datagrams are switched off. */
  readonly datagramQueries: DatagramQueryClient | undefined
  readonly server: QueryServer
  readonly metas: MetaTable
  readonly publisher: MetaPublisher
  readonly repair: Repair
  /** Takes verified readings by any door. */
  readonly receive: (sealed: SealedReadings, door: Door) => void
  readonly parts: readonly Part[]
}

export function createSpeaking(init: SpeakingInit): Speaking {
  const { self, config, world, log, network, catalogue, verifier, measuring, admission, timekeeper, metas } =
    init
  const { clock } = world
  const { journal, history } = measuring
  const { limits } = config
  const verified = answerDoor(catalogue, verifier)
  const door: AnswerDoor = {
    ...verified,
    // A verified catalogue is known from then on, whoever asked for it.
    meta(bytes) {
      const told = verified.meta(bytes)
      metas.put({ ...told, bytes })
      return told
    }
  }
  const { datagrams } = init
  const datagramQueries =
    datagrams && new DatagramQueryClient({ datagrams, clock, door, limits: limits.query })
  const queries = new QueryClient({
    clock,
    limits: limits.query,
    door,
    openStream: async (peer, protocols, signal) => {
      const connection = await init.neighbourhood.connect(peer, signal)
      return await connection.newStream([...protocols], { signal, runOnLimitedConnection: true })
    }
  })

  const random = (): number => unit(world)
  const repair = new Repair({
    clock,
    log,
    queue: new RepairQueue(clock, limits.repair),
    source: historyAsker(queries, catalogue),
    holders: new HolderTable(limits.holders),
    others: () => network.getPeers().map(String),
    most: limits.repair.most,
    silence: limits.repair.silence,
    receive: (sealed) => receive(sealed, 'history')
  })
  const holder = new Holder({
    clock,
    log,
    random,
    options: limits.keeping,
    history,
    keeps: (series) => init.keeper.keeps(series),
    isConnected: (peer) => init.neighbourhood.connection(peer) !== undefined,
    repair
  })
  function receive(sealed: SealedReadings, by: Door): void {
    journal.add(sealed, by)
    // A block that brings nothing new still takes the place of the packs it covers.
    if (sealed.kind === 'block') holder.take(sealed)
  }

  const gossip = new Gossip({
    pubsub: network.services.pubsub,
    catalogue,
    self,
    clock,
    log,
    rates: limits.gossip,
    verifier,
    admits: (author, source) => admission.admits(author, source),
    standing: { position: (series) => journal.position(series), believedTime: () => timekeeper.now() },
    isNewer: (sealed) => metas.isNewer(sealed),
    receive: {
      pack: (sealed) => receive(sealed, 'gossip'),
      late: (sealed) => receive(sealed, 'gossip'),
      meta: (sealed) => void metas.put(sealed),
      ownRun: (run) => measuring.author().raise(run)
    }
  })
  const publisher = new MetaPublisher({
    clock,
    period: limits.meta.period,
    gather: limits.meta.gather,
    seal: init.sealMeta,
    publish: (bytes) => gossip.publish(META_TOPIC, bytes)
  })
  const hasPrivate = config.sensors.some((sensor) => sensor.private)
  const audienceOf = (peer: string): Audience => (hasPrivate && init.inBook(peer) ? 'book' : 'everyone')
  const server = new QueryServer({
    self,
    clock,
    log,
    limits: limits.query,
    catalogue,
    latest: journal,
    history,
    metas: {
      sealedMeta: (author, asker) =>
        author === self ? publisher.current(audienceOf(asker)) : metas.get(author)?.bytes
    },
    admission,
    // Private series of others were confided to us alone.
    mayRead: (peer, series) =>
      series.peer === self
        ? !measuring.isPrivate(series.device) || init.inBook(peer)
        : !metas.isPrivate(series.peer, formatSeries(series)),
    belief: () => timekeeper.belief(),
    callerOf: (connection) =>
      init.callerOf(connection.remotePeer.toString()) ?? {
        peer: connection.remotePeer.toString(),
        host: undefined,
        direct: false
      }
  })
  if (datagrams !== undefined) answerDatagrams(datagrams, server, init)
  const parts = speakingParts({ init, gossip, queries, datagramQueries, server, publisher, holder })
  return { gossip, queries, datagramQueries, server, metas, publisher, repair, receive, parts }
}

interface Spoken {
  readonly init: SpeakingInit
  readonly gossip: Gossip
  readonly queries: QueryClient
  readonly datagramQueries: DatagramQueryClient | undefined
  readonly server: QueryServer
  readonly publisher: MetaPublisher
  readonly holder: Holder
}

function speakingParts({
  init,
  gossip,
  queries,
  datagramQueries,
  server,
  publisher,
  holder
}: Spoken): Part[] {
  const { network, catalogue, config } = init
  const topics = config.relay ? catalogue.ids() : [META_TOPIC]
  return [
    {
      name: 'queries',
      start: () => serve(network, server, init),
      stop() {
        datagramQueries?.close()
        return stopServing(network, server, queries, init)
      }
    },
    {
      name: 'gossip',
      start() {
        gossip.start()
        for (const topic of topics) gossip.subscribe(topic)
      },
      stop: () => gossip.stop()
    },
    keeping(network, holder),
    ...(init.tells
      ? [{ name: 'catalogue', start: () => publisher.start(), stop: () => publisher.stop() }]
      : [])
  ]
}

/** Keeps what others measure, and asks who comes for what was missed. */
function keeping(network: Network, holder: Holder): Part {
  const connected = ({ detail }: CustomEvent<PeerId>): void => holder.returned(detail.toString())
  return {
    name: 'holder',
    start() {
      network.addEventListener('peer:connect', connected)
      holder.start()
    },
    async stop() {
      network.removeEventListener('peer:connect', connected)
      await holder.stop()
    }
  }
}

async function serve(
  network: Network,
  server: QueryServer,
  { catalogue, config }: SpeakingInit
): Promise<void> {
  const streams = config.limits.query.streamsPerPeer
  const options = { maxInboundStreams: streams, maxOutboundStreams: streams, runOnLimitedConnection: true }
  for (const id of catalogue.ids()) await network.handle(id, server.handle, options)
}

async function stopServing(
  network: Network,
  server: QueryServer,
  queries: QueryClient,
  { catalogue, log }: SpeakingInit
): Promise<void> {
  await network.unhandle(catalogue.ids()).catch((error: unknown) => log.debug(describeError(error)))
  queries.close()
  server.close()
}

/** Questions and pings that come by datagram, one packet each way. */
function answerDatagrams(
  datagrams: Datagrams,
  server: QueryServer,
  { catalogue, admission }: SpeakingInit
): void {
  for (const protocol of catalogue.ids()) {
    datagrams.handle(protocol, (flow) => (bytes) => {
      const answer = server.answerOne(bytes, { caller: flow, protocol }, flow.maxSize)
      if (answer !== undefined) flow.send(answer)
    })
  }
  answerPings(datagrams, (flow) => admission.answers(flow))
}

/** Uniform in [0, 1). */
export function unit(world: Pick<World, 'random'>): number {
  const [a = 0, b = 0, c = 0] = world.random(3)
  return (a * 65_536 + b * 256 + c) / 16_777_216
}
