import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Network } from './create-network.ts'

/**
 * Dials one address, and no other one beside it: libp2p's own dial joins all dials of a peer (docs/network.md trap 5).
 * Only that one resolves /dnsaddr.
 */
export function dialAddress(network: Network, address: Multiaddr, signal: AbortSignal): Promise<Connection> {
  const isToBeResolved = address.getComponents()[0]?.name === 'dnsaddr'
  if (isToBeResolved) return network.dial(address, { signal })
  return network.services.components.transportManager.dial(address, { signal })
}
