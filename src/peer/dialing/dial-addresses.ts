import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { isRelayed } from '../../direct.ts'
import type { LocalNetwork } from '../discovery/local-network.ts'
import { hostPort } from '../discovery/multiaddr-host.ts'

/** Whether it certainly leads into the local network: a name or a relay may lead anywhere. */
export function leadsNear(address: Multiaddr, network: LocalNetwork): boolean {
  const place = hostPort(address)
  if (place !== undefined) return network.isNear(place.host)
  // Peers of one process, in tests.
  return address.getComponents()[0]?.name === 'memory'
}

/** Addresses of one peer that are dialled on its own word. */
const MAX_ANNOUNCED = 8

export interface Here {
  readonly network: LocalNetwork
  /** Whether this node itself would answer at an address. */
  readonly leadsHere: (address: Multiaddr) => boolean
}

/**
 * Those of a peer's own word (identify, peer record, exchange) or of a DHT that may be dialled: on the subnets of this
 * machine, and beyond them where the peer is in the book. Never loopback or unspecified addresses, which would lead to
 * this machine, nor where this node listens, none on a bridge of containers, which every machine has of its own, and no
 * host names, which would lead wherever DNS says.
 */
export function announcedAddresses(
  addresses: readonly Multiaddr[],
  { network, leadsHere }: Here,
  isInBook: boolean
): Multiaddr[] {
  const may = (address: Multiaddr): boolean => {
    if (isRelayed(address) || leadsHere(address)) return false
    const place = hostPort(address)
    if (place === undefined) return leadsNear(address, network)
    if (isThisMachine(place.host) || network.isOnBridge(place.host)) return false
    return isInBook || network.isOwnSubnet(place.host)
  }
  return addresses.filter(may).slice(0, MAX_ANNOUNCED)
}

/** RFC 1122 section 3.2.1.3, RFC 4291 sections 2.5.2, 2.5.3 and 2.5.5.2 (no interface has a mapped one). */
function isThisMachine(host: string): boolean {
  return /^(?:0\.|127\.|::1?$|::ffff:)/i.test(host)
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
