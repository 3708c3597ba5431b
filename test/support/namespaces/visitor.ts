/**
 * A peer of stock libp2p that asks a relay, and over it a node, by every protocol that could tell where the node is. It
 * keeps each byte that it receives after decryption, of the relay and of circuits.
 */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { RPC } from '@libp2p/gossipsub/message'
import { identify, identifyPush } from '@libp2p/identify'
import type {
  Connection,
  ConnectionEncrypter,
  MessageStream,
  SecuredConnection,
  StreamMessageEvent
} from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromString } from '@libp2p/peer-id'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { encodeTold } from '../../../src/protocol/addresses/codec.ts'
import { ADDRESSES_PROTOCOL } from '../../../src/protocol/addresses/constants.ts'
import { KAD_PROTOCOL } from '../../../src/protocol/dht/constants.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { encodeAsk } from '../../../src/protocol/neighbours/codec.ts'
import { NEIGHBOURS_PROTOCOL } from '../../../src/protocol/neighbours/constants.ts'
import { META_TOPIC } from '../../../src/protocol/protocol-registry.ts'
import { encodeMessage, hopMessage } from '../../../src/protocol/relay/codec.ts'
import { ProtobufWriter } from '../../../src/protocol/relay/protobuf.ts'
import { HOP_PROTOCOL } from '../../../src/protocol/relay/protocols.ts'

/** Whom a visitor asks. */
export interface VisitorOptions {
  /** Its own IPv4 address, which it tells. */
  readonly own: string
  /** Multiaddr of the relay. */
  readonly relay: string
  /** PeerId of the node. */
  readonly target: string
}

/** What came of a visit. */
export interface Visit {
  /** Questions that were answered: `relay identify`, `circuit addresses` … */
  readonly answered: readonly string[]
  /** Each byte that was received so far, in base64. */
  readonly received: string
}

const MESHSUB = '/meshsub/1.2.0'
const TOPICS = ['/sensor/temp/v1', META_TOPIC]
/** Milliseconds for one answer. */
const PATIENCE = 10_000

const { own, relay, target }: VisitorOptions = JSON.parse(process.argv[2] ?? '{}')
const wanted = peerIdFromString(target).toMultihash().bytes
const received: Uint8Array[] = []
const answered: string[] = []

const libp2p = await createLibp2p({
  addresses: { listen: ['/ip4/0.0.0.0/tcp/4001'] },
  transports: [tcp(), circuitRelayTransport()],
  connectionEncrypters: [(components) => tapped(noise()(components))],
  streamMuxers: [yamux()],
  services: { identify: identify(), identifyPush: identifyPush(), ping: ping() }
})
await libp2p.handle(MESHSUB, (stream) => stream.resume())

/** Keeps what streams receive once they are decrypted. */
function tapped(encrypter: ConnectionEncrypter): ConnectionEncrypter {
  const tap = (secured: SecuredConnection): SecuredConnection => {
    const stream: MessageStream = secured.connection
    const dispatch = stream.dispatchEvent.bind(stream)
    stream.dispatchEvent = (event) => {
      if (event.type === 'message') received.push((event as StreamMessageEvent).data.subarray().slice())
      return dispatch(event)
    }
    return secured
  }
  return Object.assign(encrypter, {
    secureInbound: after(encrypter.secureInbound.bind(encrypter), tap),
    secureOutbound: after(encrypter.secureOutbound.bind(encrypter), tap)
  })
}

function after<A extends unknown[], R>(work: (...args: A) => Promise<R>, then: (result: R) => R) {
  return async (...args: A): Promise<R> => then(await work(...args))
}

/** Sends one frame on a stream of its own. Notes what is answered; a refusal is not an answer. */
async function ask(connection: Connection, by: string, what: string, frame: Uint8Array): Promise<void> {
  const where = connection.remoteAddr.toString().includes('p2p-circuit') ? 'circuit' : 'relay'
  try {
    const signal = AbortSignal.timeout(PATIENCE)
    const stream = await connection.newStream(by, { runOnLimitedConnection: true, signal })
    const frames = lpStream(stream)
    await frames.write(frame, { signal })
    // The answer to addresses comes after the end of this side.
    await stream.close({ signal })
    await frames.read({ signal })
    answered.push(`${where} ${what}`)
  } catch {
    // It was refused.
  }
}

async function askAll(connection: Connection): Promise<void> {
  const find = { id: 2, op: 'find', who: target, hops: 3 } as const
  const seek = new ProtobufWriter().number(1, 4).bytes(2, wanted).finish()
  await ask(connection, NEIGHBOURS_PROTOCOL, 'neighbours', encodeAsk({ id: 1, op: 'list' }))
  await ask(connection, NEIGHBOURS_PROTOCOL, 'find', encodeAsk(find))
  await ask(connection, ADDRESSES_PROTOCOL, 'addresses', encodeTold([multiaddr(`/ip4/${own}/tcp/4001`)]))
  await ask(connection, HOP_PROTOCOL, 'reserve', encodeMessage(hopMessage, { type: 'reserve' }))
  await ask(connection, KAD_PROTOCOL, 'dht', seek)
  const subscriptions = TOPICS.map((topic) => ({ subscribe: true, topic }))
  try {
    const gossip = await connection.newStream(MESHSUB)
    gossip.send(prefixed(RPC.encode({ subscriptions, messages: [] })))
  } catch {
    // A circuit, or a stream that the relay resets.
  }
}

async function visit(): Promise<void> {
  const connection = await libp2p.dial(multiaddr(relay))
  await askAll(connection)
  const signal = AbortSignal.timeout(PATIENCE)
  const circuit = await libp2p
    .dial(multiaddr(`${relay}/p2p-circuit/p2p/${target}`), { signal })
    .catch(() => undefined)
  if (circuit === undefined) return
  answered.push('circuit')
  await askAll(circuit)
}

libp2p.addEventListener('peer:identify', ({ detail }) => {
  answered.push(`${detail.connection.limits === undefined ? 'relay' : 'circuit'} identify`)
})
process.on('message', (message) => {
  const told = (): Visit => ({ answered, received: Buffer.concat(received).toString('base64') })
  // Without the relay nothing is answered, and the process ends with the error.
  if (message === 'visit') void visit().then(() => process.send?.(told()))
  else process.send?.(told())
})
process.on('disconnect', () => process.exit())
process.send?.({ peer: libp2p.peerId.toString() })
