import type { Connection, PeerId } from '@libp2p/interface'
import type { Cancel } from '../../clock.ts'
import type { NodeConfig } from '../../config/schema.ts'
import { remoteHost } from '../../direct.ts'
import { describeError } from '../../error.ts'
import type { World } from '../../hal/world.ts'
import type { Log } from '../../log.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import { type GossipStreams, watchGossip } from '../../peer/dialing/gossip-watchdog.ts'
import { watchInterfaces } from '../../peer/discovery/interface-watch.ts'
import type { Interfaces, LocalNetwork } from '../../peer/discovery/local-network.ts'
import { LanDiscovery } from '../../peer/discovery/mdns.ts'
import { MDNS_PORT } from '../../peer/discovery/mdns-socket.ts'
import { Paced } from '../../peer/discovery/paced.ts'
import type { OwnAddresses } from '../../peer/own-addresses.ts'
import type { Startable } from '../../startable.ts'
import type { Network } from './create-network.ts'
import { besideUs } from './shared-keys.ts'

export interface NetworkStartableInit {
  readonly config: NodeConfig
  readonly world: World
  readonly log: Log
  readonly network: Network
}

export interface DiscoveryInit extends NetworkStartableInit {
  readonly autoDialer: AutoDialer
  readonly local: LocalNetwork
  readonly own: OwnAddresses
  /** Our own PeerId was announced: our address on that interface, and the one of the other node. */
  readonly onOwnKey: (own: string, other: string) => void
}

/** Milliseconds; RFC 6762 section 5.2 asks for at least a second between questions. */
const DISCOVERY_INTERVAL = 10_000
/** Milliseconds between two looks at the interfaces because a peer connected. */
const LOOK_INTERVAL = 1_000

/** Finds neighbours on the local network, on whichever interfaces there are. */
export function discoveryStartable({
  config,
  world,
  log,
  network,
  autoDialer,
  local,
  own,
  onOwnKey
}: DiscoveryInit): Startable {
  const { clock } = world
  const discovery = new LanDiscovery({
    clock,
    log,
    only: config.interfaces,
    interval: DISCOVERY_INTERVAL,
    port: MDNS_PORT,
    addresses: () => own.allWithPeer(),
    found(peer, addresses, from, here) {
      if (!peer.equals(network.peerId)) autoDialer.found(peer, addresses, from)
      // With two interfaces in one network a node receives its own announcements.
      else if (!local.isOwnAddress(from)) onOwnKey(here, from)
      else {
        const twin = besideUs(addresses, own.allWithPeer())
        if (twin !== undefined) onOwnKey(...twin)
      }
    }
  })
  let cancel: () => void = () => {}
  return {
    name: 'discovery',
    start() {
      for (const name of config.interfaces.filter((one) => (local.interfaces[one] ?? []).length === 0))
        log.warn(
          `interfaces: ${name} is not there, or has no address: no neighbours are found on it until it has one`
        )
      discovery.update(local.interfaces)
      const init = { config, world, log, network, local, autoDialer }
      cancel = followInterfaces(init, (interfaces) => discovery.update(interfaces))
    },
    stop() {
      cancel()
      discovery.stop()
    }
  }
}

/** Where nothing is discovered the interfaces come and go all the same: they decide who is near. */
export function interfacesStartable(init: FollowingInit): Startable {
  let cancel: () => void = () => {}
  return {
    name: 'interfaces',
    start() {
      cancel = followInterfaces(init, () => undefined)
    },
    stop: () => cancel()
  }
}

type FollowingInit = Pick<DiscoveryInit, 'config' | 'world' | 'log' | 'network' | 'local' | 'autoDialer'>

/**
 * Looks at once, since interfaces may have come while the node was made; periodically; and when a peer connects from
 * beyond the subnets that are known: it may be on an interface that has just come, and what is passed on between
 * networks depends on it.
 */
function followInterfaces(
  { config, world, log, network, local, autoDialer }: FollowingInit,
  changed: (interfaces: Interfaces) => void
): Cancel {
  const period = config.limits.network.interfaceCheck
  const { look, cancel } = watchInterfaces(world.clock, period, local, (interfaces) => {
    changed(interfaces)
    autoDialer.networkChanged()
    network.services.identifyTeller.push()
  })
  // Whoever connects from afar, however often, costs one look a second.
  const looks = new Paced(world.clock, LOOK_INTERVAL, look)
  // What a listener throws would end the process (docs/network.md trap 9).
  const onOpen = ({ detail }: CustomEvent<Connection>): void => {
    try {
      const host = remoteHost(detail)
      if (host !== undefined && !local.isOwnSubnet(host)) looks.ask()
    } catch (error) {
      log.error(`interfaces: ${describeError(error)}`)
    }
  }
  network.addEventListener('connection:open', onOpen)
  look()
  return () => {
    network.removeEventListener('connection:open', onOpen)
    looks.stop()
    cancel()
  }
}

/** Reopens gossip streams that died while their connection lives. */
export function watchdogStartable({ config, world, log, network }: NetworkStartableInit): Startable {
  let cancel: () => void = () => {}
  return {
    name: 'gossip watchdog',
    start() {
      cancel = watchGossip({
        libp2p: network,
        // gossipsub keeps them, its types do not show them.
        streams: network.services.pubsub as unknown as GossipStreams,
        clock: world.clock,
        log,
        period: config.limits.network.gossipCheck,
        speaksGossip: (peer) => speaksGossip(network, peer),
        silence: config.limits.network.identifyTimeout
      })
    },
    stop: () => cancel()
  }
}

/** By the peer’s identify message; undefined before it arrived, or where it failed. */
async function speaksGossip(network: Network, peer: PeerId): Promise<boolean | undefined> {
  if (!(await network.peerStore.has(peer))) return undefined
  const { protocols } = await network.peerStore.get(peer)
  return protocols.length === 0 ? undefined : protocols.some((protocol) => protocol.startsWith('/meshsub/'))
}
