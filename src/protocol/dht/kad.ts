/**
 * The one file that loads @libp2p/kad-dht (81 ms, 2 MB), and takes from it what would tell or store too much. Stock
 * kad-dht answers FIND_NODE out of the whole peer store, stores records and providers of anybody, and dials whom an
 * answer names (docs/network.md trap 30).
 */

import type { Connection, PeerId, PeerInfo, Stream } from '@libp2p/interface'
import { type KadDHT, type KadDHTComponents, kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import * as Digest from 'multiformats/hashes/digest'
import { NodeError } from '../../error.ts'
import { KAD_PROTOCOL, MAX_ADDRESSES, MAX_CLOSER, MAX_STREAM_BYTES } from './constants.ts'
import type { ServerLinks } from './server-links.ts'

/** What kad-dht takes of libp2p. */
export type KadComponents = Omit<KadDHTComponents, 'connectionManager' | 'ping' | 'metrics'>

export interface KadInit extends KadComponents {
  readonly links: ServerLinks
  readonly serve: boolean
  /** Whether a caller may ask now. */
  readonly mayAsk: (caller: string) => boolean
  /** Whether others may be told of a peer; `isSought` where it is the one that was asked for. */
  readonly mayTell: (peer: string, isSought: boolean) => boolean
  /** Milliseconds of a round trip. */
  readonly ping: (connection: Connection, signal: AbortSignal | undefined) => Promise<number>
}

/** The class of the package, as far as it is used; its interface leaves out the rest. */
export interface Kad extends KadDHT {
  readonly routingTable: { readonly size: number }
  readonly network: Pick<EventTarget, 'addEventListener'>
  start(): Promise<void>
  stop(): Promise<void>
}

interface Message {
  readonly closer: readonly { readonly id: Uint8Array; readonly multiaddrs: readonly Uint8Array[] }[]
}

interface Handler {
  handle(caller: PeerId, message: unknown): Promise<Message | undefined>
}

/** Private parts of kad-dht 16: what is not there is refused, never passed over. */
interface Inside {
  readonly rpc?: { readonly handlers?: Record<string, Handler | undefined> }
}

const REMOVED = ['PUT_VALUE', 'GET_VALUE', 'ADD_PROVIDER', 'GET_PROVIDERS']

/** @throws NodeError 'internal' where the package has other insides */
export function createKad({ links, serve, mayAsk, mayTell, ping, ...components }: KadInit): Kad {
  const kad = kadDHT({
    protocol: KAD_PROTOCOL,
    // Undefined would make it a server as soon as it has a public address.
    clientMode: !serve,
    peerInfoMapper: passthroughMapper,
    allowQueryWithZeroPeers: true,
    maxInboundStreams: 4
  })({
    ...components,
    registrar: boundedRegistrar(components.registrar),
    connectionManager: {
      openStream: (...to: Parameters<ServerLinks['openStream']>) => links.openStream(...to),
      isDialable: (addresses: Multiaddr | readonly Multiaddr[]) => links.isDialable(addresses)
    },
    ping: {
      ping: async (peer: PeerId, { signal }: { signal?: AbortSignal } = {}) =>
        ping(await links.connect(peer, signal), signal)
    }
  } as unknown as KadDHTComponents) as unknown as Kad
  restrict(kad as unknown as Inside, mayAsk, mayTell)
  kad.network.addEventListener('peer', (event) => {
    const { id, multiaddrs } = (event as CustomEvent<PeerInfo>).detail
    links.hear(id, multiaddrs)
  })
  return kad
}

function restrict({ rpc }: Inside, mayAsk: KadInit['mayAsk'], mayTell: KadInit['mayTell']): void {
  const handlers = rpc?.handlers
  const find = handlers?.['FIND_NODE']
  if (
    handlers === undefined ||
    typeof find?.handle !== 'function' ||
    REMOVED.some((name) => handlers[name] === undefined)
  )
    throw new NodeError(
      'internal',
      '@libp2p/kad-dht has other handlers than version 16: the DHT is not joined',
      {
        hint: 'install the version that package.json names'
      }
    )
  for (const name of REMOVED) delete handlers[name]
  const answer = find.handle.bind(find)
  find.handle = async (caller, message) => {
    if (!mayAsk(caller.toString())) throw new NodeError('busy', 'too many questions of this peer')
    const response = await answer(caller, message)
    if (response === undefined) return undefined
    const { key } = message as { readonly key?: Uint8Array }
    const closer = response.closer
      .filter(({ id }) => mayTell(textOf(id), key !== undefined && Buffer.compare(key, id) === 0))
      .slice(0, MAX_CLOSER)
      .map((one) => ({ ...one, multiaddrs: one.multiaddrs.slice(0, MAX_ADDRESSES) }))
    return { ...response, closer }
  }
}

function textOf(multihash: Uint8Array): string {
  return peerIdFromMultihash(Digest.decode(multihash)).toString()
}

type Registrar = KadDHTComponents['registrar']

/** A stream of the DHT on which more is sent than questions take is reset: kad-dht takes messages of 4 MiB. */
function boundedRegistrar(registrar: Registrar): Registrar {
  return Object.create(registrar, {
    handle: {
      value: (protocol: string, handler: (stream: Stream, connection: Connection) => void, options: object) =>
        registrar.handle(
          protocol,
          (stream, connection) => {
            let received = 0
            stream.addEventListener('message', ({ data }) => {
              received += data.byteLength
              if (received > MAX_STREAM_BYTES) stream.abort(new Error('more than questions of the DHT take'))
            })
            return handler(stream, connection)
          },
          options
        )
    }
  }) as Registrar
}
