/**
 * The one file that loads @libp2p/kad-dht (81 ms, 2 MB), and takes from it what would tell, store or dial too much:
 * what is answered here, what is asked in kad-client.ts (docs/network.md traps 30 and 32).
 */

import type { Connection, PeerId, PeerStore, Stream } from '@libp2p/interface'
import { type KadDHTComponents, kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { peerIdFromMultihash } from '@libp2p/peer-id'
import * as Digest from 'multiformats/hashes/digest'
import { withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { boundBytes } from './bound-bytes.ts'
import { KAD_PROTOCOL, MAX_ADDRESSES, MAX_CLOSER } from './constants.ts'
import { type ClientInit, type Kad, otherInsides, restrictClient } from './kad-client.ts'
import type { ServerLinks } from './server-links.ts'

/** What kad-dht takes of libp2p. */
export type KadComponents = Omit<KadDHTComponents, 'connectionManager' | 'ping' | 'metrics'>

export interface KadInit extends KadComponents, ClientInit {
  readonly links: ServerLinks
  readonly serve: boolean
  /** Servers that wait to be taken into the table. */
  readonly joining: number
  /** Whether a caller may ask now. */
  readonly mayAsk: (caller: string) => boolean
  /** Whether others may be told of a peer; `isSought` where it is the one that was asked for. */
  readonly mayTell: (peer: string, isSought: boolean) => boolean
  /** As isServer, once the identify of a connected peer has come. @throws the signal's reason */
  readonly isServerInTheEnd: (peer: string, signal: AbortSignal) => Promise<boolean>
  /** Milliseconds of a round trip. */
  readonly ping: (connection: Connection, signal: AbortSignal) => Promise<number>
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

/**
 * @param make the package's own factory unless given
 * @throws NodeError 'internal' where the package has other insides
 */
export function createKad(init: KadInit, make: typeof kadDHT = kadDHT): Kad {
  const {
    links,
    serve,
    joining,
    isServer,
    isServerInTheEnd,
    lookup,
    clock,
    mayAsk,
    mayTell,
    ping,
    ...components
  } = init
  const check = async (peer: PeerId, signal: AbortSignal): Promise<number> => {
    const connection = await links.connectForTable(peer, signal)
    if (await isServerInTheEnd(peer.toString(), signal)) return await ping(connection, signal)
    throw new NodeError('unreachable', 'it is not a server of the DHT')
  }
  const kad = make({
    protocol: KAD_PROTOCOL,
    // Undefined would make it a server as soon as it has a public address.
    clientMode: !serve,
    peerInfoMapper: passthroughMapper,
    allowQueryWithZeroPeers: true,
    maxInboundStreams: 4,
    routingTableUpdateMaxQueueSize: joining
  })({
    ...components,
    peerStore: readOnly(components.peerStore),
    registrar: boundedRegistrar(components.registrar),
    connectionManager: {
      openStream: (...to: Parameters<ServerLinks['openStream']>) => links.openStream(...to),
      // What may not be asked is not among the answers that it sees.
      isDialable: async () => true
    },
    ping: {
      // Before a server is taken into the table, and before it is removed. Another one may have named it wrongly.
      ping: async (peer: PeerId, { signal }: { signal?: AbortSignal } = {}) =>
        await withDeadline(clock, lookup, 'a server', (limited) => check(peer, limited), signal)
    }
  } as unknown as KadDHTComponents) as unknown as Kad
  restrictServer(kad as unknown as Inside, mayAsk, mayTell)
  restrictClient(kad, links, { isServer, lookup, clock })
  return kad
}

/** @throws NodeError 'internal' */
function restrictServer({ rpc }: Inside, mayAsk: KadInit['mayAsk'], mayTell: KadInit['mayTell']): void {
  const handlers = rpc?.handlers
  const find = handlers?.['FIND_NODE']
  if (
    handlers === undefined ||
    typeof find?.handle !== 'function' ||
    REMOVED.some((name) => handlers[name] === undefined)
  )
    throw otherInsides('handlers')
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

function boundedRegistrar(registrar: Registrar): Registrar {
  return Object.create(registrar, {
    handle: {
      value: (protocol: string, handler: (stream: Stream, connection: Connection) => void, options: object) =>
        registrar.handle(
          protocol,
          (stream, connection) => {
            boundBytes(stream)
            return handler(stream, connection)
          },
          options
        )
    }
  }) as Registrar
}

/**
 * kad-dht writes nothing but tags: by one of them libp2p dials a server again that disconnects, at all addresses that
 * it told, past every gate. A tag would also keep who was removed from the peer store in it.
 */
function readOnly(peerStore: PeerStore): PeerStore {
  return Object.create(peerStore, {
    merge: { value: async () => undefined }
  }) as PeerStore
}
