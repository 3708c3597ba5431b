import type { PeerId, PeerInfo } from '@libp2p/interface'
import type { KadDHT, QueryEvent } from '@libp2p/kad-dht'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { MAX_CLOSER } from './constants.ts'
import type { ServerLinks } from './server-links.ts'
import { withEnd } from './with-end.ts'

export interface ClientInit {
  readonly clock: Clock
  /** Milliseconds that a search takes at most, those of kad-dht itself included. */
  readonly lookup: number
  /** Whether the identify of a peer named the DHT. */
  readonly isServer: (peer: string) => boolean
}

/** Where the peer is whose key was asked for, as a server told it. */
export interface Word {
  readonly teller: string
  readonly addresses: readonly Multiaddr[]
}

/** What a search yields; its answers say who told them, and have the peer that is searched apart. */
export type SearchEvent = QueryEvent & { readonly teller?: string; readonly sought?: Word }

/** The class of the package, as far as it is used; its interface leaves out the rest. */
export interface Kad extends Omit<KadDHT, 'getClosestPeers'> {
  readonly routingTable: { readonly size: number } & Pick<EventTarget, 'addEventListener'>
  readonly network: { readonly sendRequest: Send }
  getClosestPeers(key: Uint8Array, options: { readonly signal: AbortSignal }): AsyncIterable<SearchEvent>
  start(): Promise<void>
  stop(): Promise<void>
}

type Send = (
  to: PeerId,
  message: { readonly type: string; readonly key?: Uint8Array },
  options: { readonly signal: AbortSignal }
) => AsyncIterable<SearchEvent>

type Run = (
  key: Uint8Array,
  query: unknown,
  options?: { readonly signal?: AbortSignal }
) => AsyncIterable<SearchEvent>

/** Private parts of kad-dht 16. */
interface Inside {
  readonly network?: { sendRequest?: Send }
  readonly queryManager?: { run?: Run }
  onPeerConnect?: (peer: PeerInfo) => Promise<void>
}

/**
 * Bounds what answers make this node do. Stock kad-dht dials everybody whom an answer names to take it into its table,
 * hears of any number of them, and begins with a search that has no end.
 * @throws NodeError 'internal' where kad-dht has other insides
 */
export function restrictClient(kad: Kad, links: ServerLinks, { clock, lookup, isServer }: ClientInit): void {
  const inside = kad as unknown as Inside
  const { network, queryManager, onPeerConnect } = inside
  const send = network?.sendRequest
  const run = queryManager?.run
  if (
    network === undefined ||
    queryManager === undefined ||
    typeof send !== 'function' ||
    typeof run !== 'function' ||
    typeof onPeerConnect !== 'function'
  )
    throw otherInsides('searches')
  const toTable = (peer: PeerInfo): void => void onPeerConnect.call(kad, peer).catch(() => undefined)
  network.sendRequest = async function* (to, message, options) {
    for await (const event of send.call(network, to, message, options)) {
      const checked = event.name === 'PEER_RESPONSE' ? checkedAnswer(links, to, message.key, event) : event
      if (checked.name === 'PEER_RESPONSE' && kad.routingTable.size < MAX_CLOSER)
        checked.closer.forEach(toTable)
      yield checked
    }
  }
  queryManager.run = (key, query, options) =>
    withEnd(
      clock,
      lookup,
      'a search',
      (signal) => run.call(queryManager, key, query, { ...options, signal }),
      options?.signal
    )
  // Called with all that an answer names, too: beyond a first bucket, only who says it itself gets into the table.
  inside.onPeerConnect = async (peer) => {
    if (isServer(peer.id.toString())) await onPeerConnect.call(kad, peer)
  }
}

export function otherInsides(what: string): NodeError {
  return new NodeError(
    'internal',
    `@libp2p/kad-dht has other ${what} than version 16: the DHT is not joined`,
    { hint: 'install the version that package.json names' }
  )
}

type Answer = Extract<SearchEvent, { readonly name: 'PEER_RESPONSE' }>

function checkedAnswer(
  links: ServerLinks,
  from: PeerId,
  key: Uint8Array | undefined,
  answer: Answer
): SearchEvent {
  const teller = links.tellerOf(from)
  const isSought = ({ id }: PeerInfo): boolean =>
    key !== undefined && Buffer.compare(id.toMultihash().bytes, key) === 0
  const found = answer.closer.find(isSought)
  const closer = answer.closer
    .filter((one) => !isSought(one))
    .slice(0, MAX_CLOSER)
    .filter((one) => links.hear(teller, one))
  const sought = found && { teller, addresses: found.multiaddrs }
  return { ...answer, teller, closer, ...(sought && { sought }) }
}
