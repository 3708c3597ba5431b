import type { Connection } from '@libp2p/interface'
import type { NodeConfig } from '../../config/schema.ts'
import { isDirect, remoteHost } from '../../direct.ts'
import type { Caller } from '../../peer/admission.ts'
import { DATAGRAM_PROTOCOL } from '../../protocol/datagram/index.ts'
import { BookOperations } from '../api/book/book-operations.ts'
import { forgetAddresses } from '../api/forget-addresses.ts'
import { LatestViews } from '../api/latest-views.ts'
import { NodeOperations } from '../api/node-operations.ts'
import type { Operations, PeerView, Status } from '../api/operations.ts'
import { QueryRouter } from '../api/query-router.ts'
import type { ViewContext } from '../api/series-view.ts'
import type { ServedStreams } from '../api/served-streams.ts'
import { pathOf, viewPeers } from '../api/status.ts'
import type { Components } from './components.ts'
import { switchOperations } from './outputs/switches.ts'
import { protocolsOf } from './protocols.ts'
import { listenToAll } from './publishing.ts'
import { createStatus } from './status.ts'

/** Everything that people and programs may ask of this node. */
export function createOperations(components: Components): Operations {
  const { peers, clients, storage, peerLookup } = components
  const { clock } = components.init.world
  const { directory, catalogues } = peers
  const { resolver, peerProtocols, onConnectSync } = peerLookup
  const { history, hub } = storage
  const context = viewContext(components)
  const views = new LatestViews(hub, clock, context)
  const carriers = (quantity: string): string[] => protocolsOf(components.protocols, quantity)
  const speaksDatagrams = (peer: string): Promise<boolean> => peerProtocols.speaks(peer, DATAGRAM_PROTOCOL)
  const textOf = (connection: Connection): string =>
    pathOf(connection, directory, (one) => components.via.pathOf(one)).text
  const status = createStatus(components, views)
  return new NodeOperations({
    book: new BookOperations({
      ...peers,
      self: components.init.identity.peer,
      things: () => thingsOf(knownConfig(components))
    }),
    switches: switchOperations(components),
    pairing: components.pairing,
    rules: async () => components.rules.views(),
    devices: deviceOperations(components, status),
    ask: {
      resolver,
      pathOf: (peer) => {
        const connection = peers.autoDialer.connection(peer)
        return connection && textOf(connection)
      },
      questions: new QueryRouter({
        streams: clients.queries,
        datagrams: clients.datagramQueries,
        speaksDatagrams,
        received: (sealed, receivedBy) => components.replication.intake.receive(sealed, receivedBy)
      }),
      views,
      protocolsOf: carriers,
      catalogueOf: (peer) => catalogues.mostComplete(peer)?.catalogue,
      speakers: (ids) => peerProtocols.speakers(ids)
    },
    watch: {
      clock,
      resolver,
      onConnectSync,
      listen: () => listenToAll(components),
      views,
      news: { subscribe: (changed) => hub.subscribe({ onSealed: changed }) }
    },
    history: {
      clock,
      resolver,
      queries: clients.queries,
      history,
      context,
      protocolsOf: carriers,
      isOwnSensor: (what) => components.live.current.sensors.some(({ name }) => name === what.split('/')[0]),
      catalogueOf: (peer) => catalogues.mostComplete(peer)?.catalogue,
      connected: () => components.transports.network.getPeers().map(String),
      inBook: peers.inBook
    },
    ping: {
      clock,
      resolver,
      directory,
      datagrams: components.transports.datagrams,
      speaksDatagrams,
      pathOf: textOf
    },
    pipe: { clock, resolver, labelOf: (peer) => directory.labelOf(peer) },
    served: servedStreams(components),
    status,
    peers: () => peersOf(components),
    peersForget: (who) => forgetAddresses(peers, who),
    configReload: () => components.live.reload(),
    async access(request) {
      const { describeAccess } = await import('../api/access/describe-access.ts')
      const init = {
        access: peers.access,
        entries: () => peers.book.entries(),
        config: () => knownConfig(components),
        resolve: (who: string) => directory.resolve(who),
        labelOf: (peer: string) => directory.labelOf(peer),
        callerOf: peers.callerOf
      }
      return describeAccess(init, request)
    },
    // Loaded when it is asked for: few nodes ever are.
    async *manage(ask, signal) {
      const { askManage } = await import('../manage/ask-manage.ts')
      const labelOf = (peer: string): string => directory.labelOf(peer)
      yield* askManage({ clock, resolver, manage: components.manage, labelOf }, ask, signal)
    }
  })
}

function deviceOperations(
  { init: { world, devices, clocks }, live, sensing }: Pick<Components, 'init' | 'live' | 'sensing'>,
  status: () => Status
): Pick<Operations, 'devicesTest' | 'devicesScan'> {
  const { clock } = world
  return {
    // Loaded when they are asked for: few nodes ever are.
    async devicesTest({ timeout }, signal) {
      const { testRunning } = await import('../sensors/test-running.ts')
      return await testRunning(
        { sensors: sensing.sensors.all, views: () => status().sensors, clock },
        timeout,
        signal
      )
    },
    async devicesScan({ buses = [] }, signal) {
      const { scanRunning } = await import('../sensors/scan-devices.ts')
      return await scanRunning(world, { config: live.current, devices, clocks, buses, signal })
    }
  }
}

/** With `book` nobody is near, as over a relay: only the book is answered, and who is granted the protocol. */
function callerFor(connection: Connection, allow: 'book' | 'near'): Caller {
  const peer = connection.remotePeer.toString()
  return allow === 'book'
    ? { peer, host: undefined, direct: false }
    : { peer, host: remoteHost(connection), direct: isDirect(connection) }
}

/** Loaded with the first kith serve. */
function servedStreams({
  init: { config, world },
  transports: { network },
  peers: { access, directory, inBook }
}: Pick<Components, 'init' | 'transports' | 'peers'>): Pick<Operations, 'serve' | 'accept'> {
  let loaded: Promise<ServedStreams> | undefined
  const load = async (): Promise<ServedStreams> => {
    const { ServedStreams } = await import('../api/served-streams.ts')
    return new ServedStreams({
      network,
      clock: world.clock,
      limits: config.limits.serve,
      perPeer: config.limits.streams.perPeer,
      inBook,
      allows: (connection, allow, protocol) => access.mayUse(callerFor(connection, allow), protocol),
      whileAllowed: (connection, allow, protocol, end) =>
        access.whileUsed(callerFor(connection, allow), protocol, end),
      namesOf: (peer) => ({
        who: directory.labelOf(peer),
        name: inBook(peer) ? directory.nameOf(peer) : null
      })
    })
  }
  return {
    async *serve(request, signal) {
      loaded ??= load()
      yield* (await loaded).serve(request, signal)
    },
    async accept(request) {
      loaded ??= load()
      return (await loaded).accept(request.id)
    }
  }
}

/** The configuration with the sensors that a node for one command does not open. */
function knownConfig({ init: { unopened }, live }: Pick<Components, 'init' | 'live'>): NodeConfig {
  return unopened === undefined ? live.current : { ...live.current, sensors: unopened }
}

/** The names of sensors and switches. */
function thingsOf({ sensors, switches }: Pick<NodeConfig, 'sensors' | 'switches'>): string[] {
  return [...sensors, ...switches].map(({ name }) => name)
}

export function viewContext({
  init: { identity },
  protocols: { quantities },
  timekeeper,
  peers: { directory, autoDialer }
}: Pick<Components, 'init' | 'protocols' | 'timekeeper' | 'peers'>): () => ViewContext {
  return () => ({
    quantities,
    now: timekeeper.now(),
    labelOf: (peer) => directory.labelOf(peer),
    isKnown: (peer) => directory.isKnown(peer),
    reachable: (peer) => peer === identity.peer || autoDialer.connection(peer) !== undefined
  })
}

async function peersOf({
  init: { world },
  peers: { autoDialer, directory, book },
  peerLookup: { peerProtocols },
  neighbours,
  via
}: Pick<Components, 'init' | 'peers' | 'peerLookup' | 'neighbours' | 'via'>): Promise<PeerView[]> {
  const known = await peerProtocols.all()
  const inBook = book.entries().map(({ peer }) => peer)
  const absent = inBook.filter((peer) => autoDialer.connection(peer) === undefined)
  return viewPeers({
    autoDialer,
    directory,
    book: inBook,
    distant: await neighbours.distantPeers(absent, new AbortController().signal),
    protocolsOf: (peer) => known.get(peer) ?? [],
    hopsOf: (connection) => via.pathOf(connection),
    now: world.clock.monotonic()
  })
}
