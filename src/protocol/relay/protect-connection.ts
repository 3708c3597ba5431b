import type { Libp2p, PeerId } from '@libp2p/interface'

export type TaggingNetwork = Pick<Libp2p, 'peerStore'>

const TAG = 'kith-relay'
/** Nothing else in kith tags peers; js-libp2p sums the tags of a peer, each 0 to 100. */
const VALUE = 100

/**
 * Keeps the connection with a peer, on which no stream shows that it is needed: where there are more connections than
 * `limits.network.connections`, js-libp2p closes those without streams, the smallest sum of tags first.
 * @param ttl milliseconds until the protection ends by itself; without one it lasts as long as the process
 */
export async function protectConnection(
  { peerStore }: TaggingNetwork,
  peer: PeerId,
  ttl?: number
): Promise<void> {
  const tag = ttl === undefined ? { value: VALUE } : { value: VALUE, ttl: Math.ceil(ttl) }
  await peerStore.merge(peer, { tags: { [TAG]: tag } })
}
