import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { announcedAddresses, dialOrder } from '../../../peer/dialing/dial-addresses.ts'
import type { DialPeer } from '../../../peer/dialing/way.ts'
import type { Dht } from '../../../protocol/dht/index.ts'
import { DhtWay } from '../../peers/dht-way.ts'
import type { Components } from '../components.ts'
import { randomFloat } from '../random.ts'

type Needs = Pick<Components, 'init' | 'transports' | 'peers'>

/**
 * The DHT, where kith.yaml names bootstrap peers or serves one, and the way over it. Nothing of it is loaded otherwise.
 * A node for one command asks, and is neither found nor asked.
 */
export async function createDht(components: Needs): Promise<Dht | undefined> {
  const { peers, transports } = components
  const dial: DialPeer = (peer, addresses, signal, report) =>
    peers.dial(peer, dialOrder(addresses, peerIdFromString(peer), transports.local), signal, report)
  const service = isJoined(components) ? await joined(components, dial) : undefined
  peers.paths.add(
    new DhtWay({
      find: service && ((peer, signal) => service.find(peer, signal)),
      dialable: (peer, addresses) => dialableAt(transports, addresses, peers.inBook(peer)),
      dial
    })
  )
  return service
}

/** As a peer's own word. */
function dialableAt(
  { own, local }: Components['transports'],
  addresses: readonly Multiaddr[],
  isInBook: boolean
): Multiaddr[] {
  const here = { network: local, leadsHere: (address: Multiaddr) => own.leadsHere(address) }
  return announcedAddresses(addresses, here, isInBook)
}

function isJoined({ init: { config } }: Needs): boolean {
  return config.dht.bootstrap.length > 0 || config.dht.serve
}

async function joined(components: Needs, dial: DialPeer): Promise<Dht> {
  const { dht } = await import('../../../protocol/dht/index.ts')
  const {
    init: { config, world, log, shortLived },
    transports,
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
    libp2p: transports.network.services.components.kad,
    connection: (peer) => autoDialer.connection(peer),
    // Servers of a DHT that a person joined may be anywhere but on this machine; a budget bounds how many are dialled.
    dialable: (_peer, addresses) => dialableAt(transports, addresses, true),
    dial,
    mayTell: (peer) => !admission.denies(peer),
    ping: async (connection, signal) =>
      await transports.network.services.ping.ping(connection.remotePeer, { signal })
  })
}
