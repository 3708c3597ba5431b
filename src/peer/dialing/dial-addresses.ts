import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { LocalNetwork } from '../discovery/local-network.ts'
import { hostPort } from '../discovery/multiaddr-host.ts'

/** Whether it leads into the local network for certain: a name or a relay may lead anywhere. */
export function leadsNear(address: Multiaddr, network: LocalNetwork): boolean {
  const place = hostPort(address)
  if (place !== undefined) return network.isNear(place.host)
  // The memory of one process is as near as can be.
  return address.getComponents()[0]?.name === 'memory'
}

/**
 * What is dialled of a peer's addresses, the last heard first and the same subnet before all: two
 * black-holed addresses before the good one sink a dial (libp2p.md, trap 5).
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
