import type { PeerId } from '@libp2p/interface'
import type { Clock } from '../clock.ts'
import type { NodeConfig } from '../config/schema.ts'
import type { ActuatorDefinition } from '../hal/actuator.ts'
import type { ClockDefinition } from '../hal/clock-chip.ts'
import type { SensorDefinition } from '../hal/sensor.ts'
import type { World } from '../hal/world.ts'
import type { Log } from '../log.ts'
import { Admission, type Caller } from '../peer/admission.ts'
import type { Home } from '../peer/home.ts'
import type { Identity } from '../peer/identity.ts'
import { readInterfaces } from '../peer/interface-watch.ts'
import { LocalNetwork } from '../peer/local-network.ts'
import { Neighbourhood } from '../peer/neighbourhood.ts'
import { Catalogue, sensorProtocols } from '../protocol/catalogue.ts'
import { DATAGRAM_PROTOCOL } from '../protocol/datagram/index.ts'
import type { SensorProtocol } from '../protocol/define-sensor-protocol.ts'
import { gossipOptions } from '../protocol/gossip-options.ts'
import { MetaTable, type SealedMeta } from '../protocol/meta-table.ts'
import { type Quantity, quantityTable } from '../reading/quantity.ts'
import { createSigner } from '../reading/seal.ts'
import { SealVerifier } from '../reading/seal-verify.ts'
import { LatestViews } from './asking/latest.ts'
import { Questions } from './asking/questions.ts'
import { batteryClock } from './battery-clock.ts'
import { openBook, rememberBook } from './book-file.ts'
import { countersOf } from './counters.ts'
import { datagramPart, datagramsOf, NodeDatagrams } from './datagrams.ts'
import { Directory } from './directory.ts'
import { Introductions } from './introductions.ts'
import { keepAnchors } from './keep-anchors.ts'
import { Keeper } from './keeper.ts'
import { Lifecycle, type Part } from './lifecycle.ts'
import { createMeasuring, type Measuring } from './measuring.ts'
import { neighbourTime } from './neighbour-time.ts'
import { type Carrier, createNetwork, type Network, remoteHost } from './network.ts'
import { discoveryPart, watchdogPart } from './network-parts.ts'
import { NodeOperations } from './node-operations.ts'
import type { Operations, Status } from './operations.ts'
import { sealOwnCatalogue } from './own-catalogue.ts'
import { Reach } from './reach.ts'
import type { ViewContext } from './series-view.ts'
import { createSpeaking, type Speaking, unit } from './speaking.ts'
import { pathOf, viewPeers, viewSensors } from './status.ts'
import { Switches } from './switches.ts'
import { Timekeeper } from './timekeeper.ts'
import { isOurs, ToldProtocols } from './told-protocols.ts'

export interface AssembleInit {
  readonly config: NodeConfig
  readonly world: World
  readonly carrier: Carrier
  readonly identity: Identity
  /** undefined for a node that leaves nothing behind. */
  readonly home: Home | undefined
  /** A home whose book is read, and nothing else of it. */
  readonly visited: string | undefined
  readonly devices: readonly SensorDefinition[]
  /** What a switch is. */
  readonly relay: ActuatorDefinition
  readonly clocks: readonly ClockDefinition[]
  /** Beside those that kith speaks by itself. */
  readonly protocols: readonly SensorProtocol[]
  readonly quantities: readonly Quantity[]
  readonly version: string
  readonly log: Log
  /** Milliseconds after the start in which an unknown name may still turn up. */
  readonly patience: number
  /** A node for one command: it has no name and tells nobody of itself. */
  readonly shortLived: boolean
}

/** A node with everything chosen and connected, not started. */
export interface Assembled {
  readonly peer: string
  readonly clock: Clock
  readonly world: World
  readonly network: Network
  readonly operations: Operations
  readonly lifecycle: Lifecycle
  readonly neighbourhood: Neighbourhood
  readonly admission: Admission
  readonly reach: Reach
  readonly datagrams: NodeDatagrams
  readonly measuring: Measuring
  readonly speaking: Speaking
  readonly introductions: Introductions
  /** Hears the topics of everybody until the returned function is called. */
  readonly listen: () => () => void
  /** Tells of catalogues, those known first, until the returned function is called. */
  readonly onMeta: (listener: (sealed: SealedMeta) => void) => () => void
  /** Tells of peers that connect until the returned function is called. */
  readonly onConnect: (listener: (peer: string) => void) => () => void
}

/** Milliseconds that a part may take to start, and all of them to stop. */
const START_DEADLINE = 60_000
const STOP_DEADLINE = 4_000

/** The composition root: the one place where implementations are chosen. */
export async function assemble(init: AssembleInit): Promise<Assembled> {
  const { config, world, identity, home, log, version } = init
  const { clock } = world
  const self = identity.peer
  const quantities = quantityTable(...init.quantities)
  const catalogue = new Catalogue([...sensorProtocols, ...init.protocols], quantities)
  const signer = createSigner(identity.seed)
  const verifier = new SealVerifier({ seals: config.limits.gossip.verified })
  const file = home === undefined || home.readOnly ? undefined : (name: string) => home.file(name)

  const book = await openBook(home, init.visited, config)
  const inBook = (peer: string): boolean => book.ofPeer(peer) !== undefined
  const local = new LocalNetwork(readInterfaces())
  const network = await createNetwork({
    privateKey: identity.privateKey,
    carrier: init.carrier,
    announce: config.announce,
    gossip: gossipOptions(catalogue.ids(), config.limits.gossip),
    version,
    limits: config.limits.network
  })
  const datagrams = datagramsOf({ ...init, network, local })
  const neighbourhood = new Neighbourhood({
    libp2p: network,
    clock,
    log,
    network: local,
    random: () => unit(world),
    limits: { ...config.limits.neighbourhood, dialTimeout: config.limits.network.dialTimeout },
    inBook
  })
  const metaListeners = new Set<(sealed: SealedMeta) => void>()
  const metas = new MetaTable({
    authors: config.limits.meta.authors,
    onChange(sealed) {
      keepAnchors(measuring.history, keeper, sealed)
      for (const listener of metaListeners) listener(sealed)
    }
  })
  const ownName = init.shortLived && home === undefined ? '' : config.name
  const directory = new Directory({
    self: { peer: self, name: ownName, purposes: config.purposes },
    book: () => book.entries(),
    told: () =>
      metas.all().map(({ author, meta }) => ({ peer: author, name: meta.name, purposes: meta.purposes })),
    near: () => neighbourhood.neighbours().map(({ peer }) => peer),
    isConnected: (peer) => neighbourhood.connection(peer) !== undefined
  })
  const callerOf = (peer: string): Caller | undefined => {
    const connection = neighbourhood.connection(peer)
    return connection === undefined
      ? undefined
      : { peer, host: remoteHost(connection), direct: connection.direct }
  }
  const deny = config.deny.flatMap((who) => directory.find(who).map(({ peer }) => peer))
  const admission = new Admission({ accept: config.accept, deny, inBook, network: local, callerOf })
  const keeper = new Keeper({ self, store: config.store, directory })

  const stopping = new AbortController()
  const neighbours = neighbourTime({
    book: () => book.entries(),
    isConnected: (peer) => neighbourhood.connection(peer) !== undefined,
    ask: (peer, protocols) => speaking.queries.time(peer, protocols, stopping.signal)
  })
  const timekeeper = new Timekeeper({
    clock,
    log,
    period: config.time.check,
    sources: config.time.sources.flatMap((source) => {
      if (source === 'kernel') return [world.time]
      if (source === 'neighbours') return [neighbours]
      return batteryClock({ config: config.time.rtc, clocks: init.clocks, world, signal: stopping.signal })
    })
  })

  const measuring: Measuring = createMeasuring({
    config,
    devices: init.devices,
    world,
    log,
    signer,
    quantities,
    catalogue,
    timekeeper,
    file,
    keeper,
    changed: (what) => (what === 'run' ? speaking.publisher.newRun() : speaking.publisher.changed()),
    publish: (pack) => speaking.gossip.publish(pack.topic, pack.bytes)
  })
  const speaking: Speaking = createSpeaking({
    self,
    config,
    world,
    log,
    network,
    datagrams,
    neighbourhood,
    admission,
    callerOf,
    inBook,
    catalogue,
    verifier,
    timekeeper,
    measuring,
    metas,
    keeper,
    tells: !init.shortLived,
    sealMeta: (revision, audience) =>
      sealOwnCatalogue(
        {
          name: init.shortLived ? '' : config.name,
          purposes: config.purposes,
          version,
          clock,
          signer,
          catalogue,
          quantities,
          measuring
        },
        revision,
        audience
      )
  })
  timekeeper.onKnown(() => measuring.timeKnown())

  const protocolsOf = (quantity: string): string[] => catalogue.ofQuantity(quantity).map(({ id }) => id)
  const spoken = {
    quantitiesOf: (id: string) => catalogue.get(id)?.quantities,
    isQuantity: (name: string) => quantities.has(name)
  }
  const reach = new Reach({ self, clock, directory, spoken, neighbourhood, patience: init.patience })
  const introductions = new Introductions({
    libp2p: network,
    queries: speaking.queries,
    clock,
    log,
    deadline: config.limits.network.identifyTimeout,
    protocols: () => catalogue.ids(),
    self,
    ownProtocols: () => [
      ...new Set(
        measuring.sensors.flatMap(({ measures }) =>
          measures.flatMap(({ quantity }) => protocolsOf(quantity).slice(0, 1))
        )
      )
    ],
    ownRun: (run) => measuring.author().raise(run),
    received: (sealed) => speaking.receive(sealed, 'read')
  })
  const context = (): ViewContext => ({
    quantities,
    now: timekeeper.now(),
    labelOf: (peer) => directory.labelOf(peer),
    reachable: (peer) => peer === self || neighbourhood.connection(peer) !== undefined
  })
  const views = new LatestViews(measuring.journal, clock, context)
  const startedAt = clock.monotonic()
  const status = (): Status => ({
    peer: self,
    name: config.name,
    version,
    world: world.kind,
    home: home?.path ?? null,
    pid: process.pid,
    uptime: (clock.monotonic() - startedAt) / 1000,
    addresses: network.getMultiaddrs().map(String),
    purposes: config.purposes,
    protocols: network.getProtocols().filter(isOurs),
    sensors: viewSensors(self, measuring.sensors, views),
    peers: network.getPeers().length,
    memory: memory(),
    history: measuring.history.status(),
    time: { ...timekeeper.belief(), now: (clock.now() + timekeeper.belief().offset) / 1000 },
    run: measuring.author().run,
    counters: countersOf(speaking, measuring, datagrams)
  })
  const listen = (): (() => void) => listenAll(speaking, catalogue)
  const told = new ToldProtocols(network)
  const speaksDatagrams = (peer: string): Promise<boolean> => told.speaks(peer, DATAGRAM_PROTOCOL)
  const questions = new Questions({
    streams: speaking.queries,
    datagrams: speaking.datagramQueries,
    speaksDatagrams,
    received: speaking.receive
  })
  const switches = new Switches(init)
  const operations = new NodeOperations({
    ask: {
      reach,
      questions,
      views,
      protocolsOf,
      catalogueOf: (peer) => metas.fullest(peer)?.meta,
      speakers: (protocols) => told.speakers(protocols)
    },
    watch: {
      clock,
      reach,
      introductions,
      listen,
      views,
      news: { subscribe: (changed) => measuring.journal.subscribe({ onSealed: changed }) }
    },
    history: { reach, queries: speaking.queries, history: measuring.history, context, protocolsOf },
    ping: {
      clock,
      reach,
      directory,
      datagrams,
      speaksDatagrams,
      pathOf: (connection) => pathOf(connection, directory).text
    },
    book,
    directory,
    neighbourhood,
    switches,
    status,
    peers: async () => {
      const known = await told.all()
      return viewPeers({
        neighbourhood,
        directory,
        book: book.entries().map(({ peer }) => peer),
        protocolsOf: (peer) => known.get(peer) ?? [],
        now: clock.monotonic()
      })
    }
  })

  const [history, ...measuringParts] = measuring.parts
  const parts: Part[] = [
    { name: 'world', stop: () => world.close() },
    ...(history === undefined ? [] : [history]),
    { name: 'time', start: () => timekeeper.start(), stop: () => timekeeper.stop() },
    { name: 'neighbourhood', start: () => neighbourhood.start(), stop: () => neighbourhood.stop() },
    { name: 'introductions', start: () => introductions.start(), stop: () => introductions.stop() },
    { name: 'network', start: () => network.start(), stop: () => network.stop() },
    ...(datagrams === undefined ? [] : [datagramPart(datagrams)]),
    ...speaking.parts,
    ...measuringParts,
    ...(init.carrier.discovery ? [discoveryPart({ ...init, network, neighbourhood, local })] : []),
    watchdogPart({ ...init, network }),
    { name: 'book', start: () => rememberBook(book, neighbourhood, log) },
    // Stopped before anything that may take its time.
    ...switches.parts,
    { name: 'questions', stop: () => stopping.abort(new Error('the node stops')) }
  ]
  const lifecycle = new Lifecycle(parts, {
    clock,
    log,
    startDeadline: START_DEADLINE,
    stopDeadline: STOP_DEADLINE
  })
  return {
    peer: self,
    clock,
    world,
    network,
    operations,
    lifecycle,
    neighbourhood,
    admission,
    reach,
    datagrams: new NodeDatagrams(datagrams, reach, admission),
    measuring,
    speaking,
    introductions,
    listen,
    onMeta(listener) {
      for (const sealed of metas.all()) listener(sealed)
      metaListeners.add(listener)
      return () => metaListeners.delete(listener)
    },
    onConnect: (listener) => onConnect(network, listener)
  }
}

/** The listener must not throw (libp2p.md, trap 9). */
function onConnect(network: Network, listener: (peer: string) => void): () => void {
  const told = (event: CustomEvent<PeerId>): void => listener(event.detail.toString())
  network.addEventListener('peer:connect', told)
  return () => network.removeEventListener('peer:connect', told)
}

function listenAll(speaking: Speaking, catalogue: Catalogue): () => void {
  const cancels = catalogue.ids().map((topic) => speaking.gossip.subscribe(topic))
  return () => {
    for (const cancel of cancels) cancel()
  }
}

function memory(): Status['memory'] {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  return { rss, heapUsed, heapTotal }
}
