import type { PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { NodeError } from '../../error.ts'
import { MAX_ADDRESSES, MAX_TELLERS } from './constants.ts'
import type { Kad, SearchEvent } from './kad-client.ts'
import { NamedServers } from './named-servers.ts'

/** Servers asked at a time, and in all, of those that kad-dht has left out. */
const AT_ONCE = 3
const LEFT_OUT = 20

/**
 * Where servers say a peer is, each as it is heard: of at most MAX_TELLERS, since one may lie. kad-dht asks on only who
 * is closer to the key than who named it, and each once, be it at a wrong place that a liar told first; where it has
 * ended, the others that were named are asked.
 * @throws NodeError 'not-found'; the signal's reason
 */
export async function* lookUp(
  kad: Pick<Kad, 'getClosestPeers' | 'network'>,
  peer: string,
  signal: AbortSignal
): AsyncGenerator<readonly Multiaddr[]> {
  const key = peerIdFromString(peer).toMultihash().bytes
  const tellers = new Set<string>()
  for await (const { sought } of allAnswers(kad, key, signal)) {
    if (sought === undefined || tellers.has(sought.teller)) continue
    tellers.add(sought.teller)
    yield sought.addresses.slice(0, MAX_ADDRESSES)
    if (tellers.size === MAX_TELLERS) return
  }
  signal.throwIfAborted()
  if (tellers.size === 0) throw new NodeError('not-found', 'no server knows it')
}

interface Asked {
  readonly name: string
  readonly events: readonly SearchEvent[]
}

async function* allAnswers(
  kad: Pick<Kad, 'getClosestPeers' | 'network'>,
  key: Uint8Array,
  signal: AbortSignal
): AsyncGenerator<SearchEvent> {
  const named = new NamedServers(key)
  for await (const event of kad.getClosestPeers(key, { signal })) {
    named.add(event)
    yield event
  }
  const asking = new Map<string, Promise<Asked>>()
  for (let left = LEFT_OUT; ; ) {
    while (asking.size < AT_ONCE && left > 0) {
      const next = named.next()
      if (next === undefined) break
      left--
      asking.set(next.toString(), ask(kad, next, key, signal))
    }
    if (asking.size === 0) return
    const { name, events } = await Promise.race(asking.values())
    asking.delete(name)
    for (const event of events) named.add(event)
    yield* events
  }
}

/** Never throws: who has found enough does not wait for it. kad-dht tells what fails as an event. */
async function ask(
  { network }: Pick<Kad, 'network'>,
  server: PeerId,
  key: Uint8Array,
  signal: AbortSignal
): Promise<Asked> {
  const events: SearchEvent[] = []
  try {
    for await (const event of network.sendRequest(server, { type: 'FIND_NODE', key }, { signal }))
      events.push(event)
  } catch {
    // It has not answered.
  }
  return { name: server.toString(), events }
}
