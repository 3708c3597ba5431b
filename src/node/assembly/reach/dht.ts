import type { Connection } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { systemClock } from '../../../clock.ts'
import { AddressDialer } from '../../../peer/dialing/address-dialer.ts'
import { announcedAddresses, dialOrder } from '../../../peer/dialing/dial-addresses.ts'
import type { Report } from '../../../peer/dialing/way.ts'
import { type Dht, dht } from '../../../protocol/dht/index.ts'
import { dialAddress } from '../../network/dial-address.ts'
import { DhtWay } from '../../peers/dht-way.ts'
import type { Components } from '../components.ts'
import { randomFloat } from '../random.ts'

type Needs = Pick<Components, 'init' | 'transports' | 'peers'>

/**
 * The DHT, where kith.yaml names bootstrap peers or serves one, and the way over it. kad-dht is loaded when it starts.
 * A node for one command asks, and is neither found nor asked.
 */
export function createDht(components: Needs): Dht | undefined {
  const { peers, transports } = components
  const dial = dhtDialer(components)
  const service = isJoined(components) ? joined(components, dial) : undefined
  peers.paths.add(
    new DhtWay({
      find: service && ((peer, signal) => service.find(peer, signal)),
      dialable: (peer, addresses) => announcedAddresses(addresses, transports.local, peers.inBook(peer)),
      dial
    })
  )
  return service
}

function isJoined({ init: { config } }: Needs): boolean {
  return config.dht.bootstrap.length > 0 || config.dht.serve
}

type Dial = (
  peer: string,
  addresses: readonly Multiaddr[],
  signal: AbortSignal,
  report?: Report
) => Promise<Connection>

function joined(components: Needs, dial: Dial): Dht {
  const {
    init: { config, world, log, shortLived },
    transports: { network, local },
    peers: { autoDialer, admission }
  } = components
  return dht({
    limits: config.limits.dht,
    bootstrap: config.dht.bootstrap.map((address) => multiaddr(address)),
    serve: config.dht.serve && !shortLived,
    isFindable: !shortLived && !config.unlisted
  })({
    clock: world.clock,
    log,
    random: () => randomFloat(world),
    libp2p: network.services.components.kad,
    connection: (peer) => autoDialer.connection(peer),
    // Servers of a DHT that a person joined may be anywhere but on this machine; a budget bounds how many are dialled.
    dialable: (_peer, addresses) => announcedAddresses(addresses, local, true),
    dial,
    mayTell: (peer) => !admission.denies(peer),
    ping: async (connection, signal) =>
      await network.services.ping.ping(connection.remotePeer, signal === undefined ? {} : { signal })
  })
}

/** Dials as every way does: after the gate, address by address. */
function dhtDialer({ init: { config }, transports: { network, local }, peers }: Needs): Dial {
  const dialer = new AddressDialer({
    // By the time of this machine: connections are real in a simulated world, too.
    clock: systemClock,
    dial: (address, signal) => dialAddress(network, address, signal),
    addressTimeout: config.limits.network.addressDialTimeout
  })
  return async (peer, addresses, signal, report = () => {}) => {
    const refusal = peers.gate(peer)
    if (refusal !== undefined) throw new Error(refusal)
    return await dialer.dial(dialOrder(addresses, peerIdFromString(peer), local), signal, report)
  }
}
