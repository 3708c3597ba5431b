import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { LocalNetwork } from '../discovery/local-network.ts'
import { hostPort } from '../discovery/multiaddr-host.ts'

/** Whether it certainly leads into the local network: a name or a relay may lead anywhere. */
export function leadsNear(address: Multiaddr, network: LocalNetwork): boolean {
  const place = hostPort(address)
  if (place !== undefined) return network.isNear(place.host)
  // Peers of one process, in tests.
  return address.getComponents()[0]?.name === 'memory'
}

/**
 * The order in which a peer's addresses are dialled: own subnets first, then the last heard. Two black-holed
 * addresses before the good one make a dial fail (docs/network.md trap 5).
 */
export function dialOrder(addresses: Iterable<Multiaddr>, id: PeerId, network: LocalNetwork): Multiaddr[] {
  const rank = (address: Multiaddr): number => {
    const place = hostPort(address)
    return place !== undefined && network.isOwnSubnet(place.host) ? 0 : 1
  }
  return [...addresses]
    .reverse()
    .sort((a, b) => rank(a) - rank(b))
    .map((address) => withPeer(address, id))
}

function withPeer(address: Multiaddr, id: PeerId): Multiaddr {
  return address.getComponents().some((one) => one.name === 'p2p')
    ? address
    : address.encapsulate(`/p2p/${id.toString()}`)
}
