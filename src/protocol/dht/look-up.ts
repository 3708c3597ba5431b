import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { NodeError } from '../../error.ts'
import { MAX_ADDRESSES, MAX_TELLERS } from './constants.ts'
import type { Kad } from './kad-client.ts'
import type { ServerLinks } from './server-links.ts'

/** Times that kad-dht searches, which asks each server once. */
const SEARCHES = 2

/**
 * Where servers say a peer is, each as it is heard: of at most MAX_TELLERS, since one may lie. A liar may also have
 * named a server at a wrong place before others named it: where servers were not reached it is searched once more.
 * @throws NodeError 'not-found'; the signal's reason
 */
export async function* lookUp(
  kad: Pick<Kad, 'getClosestPeers'>,
  { counters }: Pick<ServerLinks, 'counters'>,
  peer: string,
  signal: AbortSignal
): AsyncGenerator<readonly Multiaddr[]> {
  const key = peerIdFromString(peer).toMultihash().bytes
  const tellers = new Set<string>()
  for (let search = 1; search <= SEARCHES; search++) {
    const failed = counters.failed
    for await (const { sought } of kad.getClosestPeers(key, { signal })) {
      if (sought === undefined || tellers.has(sought.teller)) continue
      tellers.add(sought.teller)
      yield sought.addresses.slice(0, MAX_ADDRESSES)
      if (tellers.size === MAX_TELLERS) return
    }
    if (counters.failed === failed) break
  }
  signal.throwIfAborted()
  if (tellers.size === 0) throw new NodeError('not-found', 'no server knows it')
}
