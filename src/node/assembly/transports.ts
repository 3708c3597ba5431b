import type { Multiaddr } from '@multiformats/multiaddr'
import { isDirect } from '../../direct.ts'
import { readInterfaces } from '../../peer/discovery/interface-watch.ts'
import { LocalNetwork } from '../../peer/discovery/local-network.ts'
import { hostPort } from '../../peer/discovery/multiaddr-host.ts'
import { OwnAddresses } from '../../peer/own-addresses.ts'
import { gossipOptions } from '../../protocol/gossip/index.ts'
import { createNetwork } from '../network/create-network.ts'
import { datagramsOf } from '../network/datagrams.ts'
import type { Components, Peers, Transports } from './components.ts'

/** @param peers made of the transports; datagrams take the paths that are found for streams */
export async function createTransports(
  { init, protocols }: Pick<Components, 'init' | 'protocols'>,
  peers: () => Pick<Peers, 'autoDialer' | 'paths' | 'inBook'>
): Promise<Transports> {
  const { config, identity, carrier, version, world, log } = init
  const local = new LocalNetwork(readInterfaces(), config.interfaces)
  const own = new OwnAddresses({
    self: identity.peer,
    listening: (): readonly Multiaddr[] => network.services.components.transportManager.getAddrs(),
    announce: config.announce,
    reachable: config.reachable,
    network: local
  })
  const network = await createNetwork({
    privateKey: identity.privateKey,
    carrier,
    addresses: {
      forEverybody: () => own.forEverybodyWithPeer(),
      forConnection: (connection) =>
        own.forCaller({ direct: isDirect(connection), host: hostPort(connection.remoteAddr)?.host })
    },
    gossip: gossipOptions(protocols.registry.ids(), config.limits.gossip),
    version,
    limits: config.limits.network,
    clock: world.clock,
    log
  })
  const datagrams = datagramsOf({
    ...init,
    network,
    local,
    best: (peer) => peers().autoDialer.connection(peer),
    connect: (peer, signal) => peers().paths.connect(peer, signal),
    inBook: (peer) => peers().inBook(peer)
  })
  return { network, local, own, datagrams }
}
