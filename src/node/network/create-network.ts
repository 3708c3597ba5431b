import { type GossipSub, type GossipsubOpts, gossipsub } from '@libp2p/gossipsub'
import { identifyPush } from '@libp2p/identify'
import type {
  Connection,
  ConnectionEncrypter,
  Libp2p,
  PrivateKey,
  StreamMuxerFactory,
  Transport
} from '@libp2p/interface'
import { FaultTolerance } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import type { Ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { type Clock, systemClock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { CircuitUpgrader } from '../../protocol/circuit/components.ts'
import type { KadComponents } from '../../protocol/dht/index.ts'
import { SeenMessages } from '../../protocol/gossip/index.ts'
import { boundedPing } from './bounded-ping.ts'
import { coalesceWrites } from './coalesce-writes.ts'
import { componentLogger } from './component-logger.ts'
import { ConnectionMonitor, type ConnectionMonitorComponents } from './connection-monitor.ts'
import { ConnectionGuard } from './guard/connection-guard.ts'
import { STREAM_WINDOW } from './guard/yamux-frames.ts'
import { IdentifyTeller, type IdentifyTellerComponents } from './identify/identify-teller.ts'
import type { NetworkLimits } from './limits.ts'
import { noiseCrypto } from './noise-crypto.ts'
import { cutMessages } from './noise-messages.ts'
import { spareWindowUpdates } from './window-updates.ts'

type EncrypterFactory = (components: unknown) => ConnectionEncrypter

interface InnerComponents {
  readonly transportManager: {
    /** What is listened on. */
    getAddrs(): Multiaddr[]
    /** Dials this address, whatever else is dialled. */
    dial(address: Multiaddr, options: { readonly signal: AbortSignal }): Promise<Connection>
    /** Undefined where none takes the address. */
    dialTransportForMultiaddr(address: Multiaddr): unknown
  }
  readonly upgrader: CircuitUpgrader
}

/** Of these, and in one object, what a DHT takes that is joined later. */
interface ServiceComponents extends InnerComponents, KadComponents {}

/** The services of our libp2p. */
export interface NetworkServices extends Record<string, unknown> {
  pubsub: GossipSub
  ping: Ping
  /** Refuses peers that broke a rule. */
  guard: Pick<ConnectionGuard, 'ban' | 'isBanned'>
  /** Tells peers by identify what is for them. */
  identifyTeller: Pick<IdentifyTeller, 'push'>
  /** What dials, datagrams and circuits need of libp2p's inside. */
  components: InnerComponents & { readonly kad: KadComponents }
}

export type Network = Libp2p<NetworkServices>

/** What libp2p is held to; the looks of our own are the node's matter. */
export type ConnectionLimits = Omit<NetworkLimits, 'interfaceCheck' | 'gossipCheck'>

/** What crosses from node to node: TCP, or the memory of one process in tests. */
export interface Carrier {
  readonly transports: NonNullable<Libp2pOptions['transports']>
  readonly listen: readonly string[]
  /** Whether neighbours are looked for on the local network. */
  readonly discovery: boolean
}

export function tcpCarrier(listen: readonly string[], limits: ConnectionLimits, discovery: boolean): Carrier {
  const transport = tcp({
    maxConnections: limits.connections,
    backlog: limits.inboundPending,
    dialOpts: { noDelay: true, keepAlive: true },
    listenOpts: { noDelay: true, keepAlive: true }
  }) as unknown as (components: unknown) => Transport
  return { transports: [transport], listen, discovery }
}

/** Who learns where this node is, from libp2p's own protocols. */
export interface AddressPolicy {
  /** What anybody may learn, each with the PeerId: parts of libp2p that know no peer tell this. */
  readonly forEverybody: () => Multiaddr[]
  /** What the other end of a connection may learn. */
  readonly forConnection: (connection: Connection) => readonly Multiaddr[]
}

export interface NetworkInit {
  readonly privateKey: PrivateKey
  readonly carrier: Carrier
  readonly addresses: AddressPolicy
  readonly gossip: Partial<GossipsubOpts>
  readonly version: string
  readonly limits: ConnectionLimits
  readonly clock: Clock
  readonly log: Log
}

/** Streams that a peer may hold open, of all protocols together; yamux would take 1,000. */
const MAX_INBOUND_STREAMS = 256

/**
 * libp2p as kith uses it, not started. Each setting that is not a plain limit avoids one of the traps
 * listed in docs/network.md.
 */
export async function createNetwork(init: NetworkInit): Promise<Network> {
  const { limits } = init
  const guard = new ConnectionGuard(init.clock, init.log, (protocol) =>
    network.getProtocols().includes(protocol)
  )
  const network = await createLibp2p<NetworkServices>({
    start: false,
    privateKey: init.privateKey,
    nodeInfo: { name: 'kith', version: init.version, userAgent: userAgent(init.version) },
    addresses: {
      listen: [...init.carrier.listen],
      announceFilter: () => init.addresses.forEverybody()
    },
    transports: [...init.carrier.transports],
    // One busy port, or an interface without IPv6, must not stop the boot (docs/network.md trap 13).
    transportManager: { faultTolerance: FaultTolerance.NO_FATAL },
    connectionEncrypters: [
      (components: unknown) =>
        guard.encrypter(
          cutMessages(
            coalesceWrites((noise({ crypto: noiseCrypto }) as unknown as EncrypterFactory)(components))
          )
        )
    ],
    streamMuxers: [() => guard.muxers(spareWindowUpdates(muxerFactory(limits)))],
    connectionGater: guard.gater,
    connectionManager: {
      maxConnections: limits.connections,
      // Many devices behind one address, or ten silent sockets, must not lock out all others (docs/network.md trap 11).
      inboundConnectionThreshold: limits.inboundPerSecond,
      maxIncomingPendingConnections: limits.inboundPending,
      inboundUpgradeTimeout: limits.handshakeTimeout,
      // Two black-holed addresses must not sink a dial (docs/network.md trap 5).
      dialTimeout: limits.dialTimeout,
      addressDialTimeout: limits.addressDialTimeout,
      // The auto-dialer dials again, without end (docs/network.md trap 4).
      reconnectRetries: 0
    },
    // Ours skips circuits (docs/network.md trap 23).
    connectionMonitor: { enabled: false },
    // Addresses are pruned by the auto-dialer, not by age (docs/network.md trap 3).
    peerStore: { maxAddressAge: Number.POSITIVE_INFINITY, maxPeerAge: Number.POSITIVE_INFINITY },
    // libp2p's own log goes to DEBUG=libp2p:*, never into ours.
    logger: componentLogger('kith'),
    services: services(init, guard)
  } as unknown as Libp2pOptions<NetworkServices>)
  return network
}

function muxerFactory({ streamBuffer }: ConnectionLimits): StreamMuxerFactory {
  return yamux({
    maxInboundStreams: MAX_INBOUND_STREAMS,
    streamOptions: {
      maxWriteBufferLength: streamBuffer,
      // Fixed windows: a receive window that grows lets a peer fill as much of our memory.
      initialStreamWindowSize: STREAM_WINDOW,
      maxStreamWindowSize: STREAM_WINDOW,
      maxReadBufferLength: 4 * STREAM_WINDOW
    }
  })() as unknown as StreamMuxerFactory
}

/** libp2p makes each by its factory when the node is created. */
function services(init: NetworkInit, guard: ConnectionGuard): Record<string, unknown> {
  const { limits, clock, gossip } = init
  return {
    guard: () => guard,
    identifyTeller: (components: IdentifyTellerComponents) => teller(init, components),
    identify: (components: { identifyTeller: IdentifyTeller }) =>
      components.identifyTeller.service(components),
    // Takes pushes; identifyTeller sends them.
    identifyPush: identifyPush({ timeout: limits.identifyTimeout, runOnSelfUpdate: false }),
    ping: boundedPing(clock),
    // By the time of this machine, as libp2p's own: connections are real in a simulated world, too.
    connectionMonitor: (components: ConnectionMonitorComponents) =>
      new ConnectionMonitor(
        { clock: systemClock, interval: limits.pingInterval, timeout: limits.pingTimeout },
        components
      ),
    pubsub: (components: unknown) => pubsub(gossip, components),
    components: (inner: ServiceComponents) => {
      const { transportManager, upgrader } = inner
      const { peerId, privateKey, registrar, addressManager, peerStore, datastore, events, logger } = inner
      const kad = { peerId, privateKey, registrar, addressManager, peerStore, datastore, events, logger }
      return { transportManager, upgrader, kad }
    }
  }
}

function pubsub(options: Partial<GossipsubOpts>, components: unknown): GossipSub {
  const made = (gossipsub(options) as unknown as (components: unknown) => GossipSub)(components)
  new SeenMessages(systemClock).install(made)
  return made
}

function teller({ limits, version, addresses, log }: NetworkInit, components: IdentifyTellerComponents) {
  return new IdentifyTeller(
    {
      // By the time of this machine: connections are real in a simulated world, too.
      clock: systemClock,
      log,
      // Identify runs once a connection and is not repeated: a slow device needs the time (docs/network.md trap 15).
      timeout: limits.identifyTimeout,
      userAgent: userAgent(version),
      addressesFor: addresses.forConnection
    },
    components
  )
}

function userAgent(version: string): string {
  return `kith/${version}`
}
