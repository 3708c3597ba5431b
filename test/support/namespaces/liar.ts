/**
 * A peer that names the address of a third party by every protocol that tells addresses: mDNS, identify with a signed
 * record, identify push, peer exchange of gossip, lists and paths of neighbours, the exchange of addresses, as a
 * relay by reservations and circuits, and as a server of a DHT.
 */
import { randomBytes } from 'node:crypto'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { RPC } from '@libp2p/gossipsub/message'
import { identify, identifyPush } from '@libp2p/identify'
import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import multicastDns from 'multicast-dns'
import { encodeTold } from '../../../src/protocol/addresses/codec.ts'
import { ADDRESSES_PROTOCOL } from '../../../src/protocol/addresses/constants.ts'
import { KAD_PROTOCOL } from '../../../src/protocol/dht/constants.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { decodeAsk, encodeAnswer } from '../../../src/protocol/neighbours/codec.ts'
import { NEIGHBOURS_PROTOCOL } from '../../../src/protocol/neighbours/constants.ts'
import { HOP_PROTOCOL, STOP_PROTOCOL } from '../../../src/protocol/relay/protocols.ts'
import { LIAR_SEED, type LiarOptions } from './namespaces.ts'

const TOPIC = '/sensor/temp/v1'
const MESHSUB = '/meshsub/1.2.0'
const SERVICE = '_p2p._udp.local'

const { target, third, thirdOfDht, own }: LiarOptions = JSON.parse(process.argv[2] ?? '{}')
const address = multiaddr(`/ip4/${third}/tcp/4001`)
const libp2p = await createLibp2p({
  privateKey: await generateKeyPairFromSeed('Ed25519', new Uint8Array(32).fill(LIAR_SEED)),
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  addresses: { listen: ['/ip4/0.0.0.0/tcp/4001'], announce: [String(address)] },
  services: { identify: identify(), identifyPush: identifyPush(), ping: ping() }
})

const madeUpKey = await generateKeyPair('Ed25519')
const madeUp = peerIdFromPrivateKey(madeUpKey)

/** Answers each frame of a stream until it ends. */
function answering(answer: (frame: Uint8Array) => Uint8Array | Promise<Uint8Array>) {
  return async (stream: Stream): Promise<void> => {
    const frames = lpStream(stream)
    try {
      for (;;) await frames.write(await answer((await frames.read()).subarray()))
    } catch {
      stream.abort(new Error('over'))
    }
  }
}

await libp2p.handle(
  ADDRESSES_PROTOCOL,
  answering(() => encodeTold([address]))
)
await libp2p.handle(
  NEIGHBOURS_PROTOCOL,
  answering((frame) => {
    const ask = decodeAsk(frame)
    if ('op' in ask && ask.op === 'find')
      return encodeAnswer({ id: ask.id, paths: [[], [madeUp.toString()]] })
    return encodeAnswer({ id: ask.id, peers: [[madeUp.toString(), 0]] })
  })
)
/** Field numbers of circuit relay v2; protobuf by hand, because ours cannot write what it does not send. */
const field = (number: number, bytes: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(number * 8 + 2), prefixed(bytes)])
const named = field(2, Buffer.concat([field(1, madeUp.toMultihash().bytes), field(2, address.bytes)]))
/** A status that grants an hour, with the third party as the relay's address. */
const granted = Buffer.concat([
  Uint8Array.of(8, 2),
  field(3, Buffer.concat([Uint8Array.of(8, 0x80, 0xa2, 0xa9, 0xda, 0x06), field(2, address.bytes)])),
  Uint8Array.of(40, 100)
])
/** FIND_NODE of kad-dht (libp2p specs, kad-dht): 20 servers that are not there, new ones each time, at 8 places each. */
const closer = async (asked: Uint8Array): Promise<Uint8Array> => {
  // PING, by which a server is taken into the table.
  if (asked[0] === 8 && asked[1] === 5) return asked
  const peers = await Promise.all(Array.from({ length: 20 }, () => generateKeyPair('Ed25519')))
  const places = Array.from({ length: 8 }, (_, i) => multiaddr(`/ip4/${thirdOfDht}/tcp/${4001 + i}`))
  const addrs = places.map(({ bytes }) => field(2, bytes))
  const named = peers.map((key) =>
    field(8, Buffer.concat([field(1, peerIdFromPrivateKey(key).toMultihash().bytes), ...addrs]))
  )
  return Buffer.concat([Uint8Array.of(8, 4), ...named])
}
await libp2p.handle(KAD_PROTOCOL, answering(closer))
let reservations = 0
await libp2p.handle(
  HOP_PROTOCOL,
  answering(() => {
    reservations++
    return granted
  })
)
await libp2p.handle(MESHSUB, (stream) => stream.resume())

const connection = await libp2p.dial(multiaddr(target))
const record = new PeerRecord({ peerId: madeUp, multiaddrs: [address] })
const signedPeerRecord = (await RecordEnvelope.seal(record, madeUpKey)).marshal()
const gossip = lpStream(await connection.newStream(MESHSUB))
const prune = {
  topicID: TOPIC,
  backoff: 10,
  peers: [{ peerID: madeUp.toMultihash().bytes, signedPeerRecord }]
}
await gossip.write(
  RPC.encode({
    subscriptions: [{ subscribe: true, topic: TOPIC }],
    messages: [],
    control: { ihave: [], iwant: [], graft: [{ topicID: TOPIC }], prune: [prune], idontwant: [] }
  } as never)
)
const exchange = lpStream(await connection.newStream(ADDRESSES_PROTOCOL))
await exchange.write(encodeTold([address])).catch(() => {})
const stop = await connection.newStream(STOP_PROTOCOL).catch(() => undefined)
if (stop !== undefined)
  await lpStream(stop)
    .write(Buffer.concat([Uint8Array.of(8, 0), named]))
    .catch(() => {})
// A change makes the stock push.
await libp2p.handle('/changed/v1', (stream) => stream.abort(new Error('no')))

const socket = multicastDns({ interface: own, bind: '0.0.0.0' })
setInterval(() => {
  for (const peer of [libp2p.peerId, madeUp]) {
    const name = `${randomBytes(20).toString('hex')}.${SERVICE}`
    socket.respond({
      answers: [
        { name: SERVICE, type: 'PTR', class: 'IN', ttl: 120, data: name },
        { name, type: 'TXT', class: 'IN', ttl: 120, data: `dnsaddr=${address}/p2p/${peer}` }
      ]
    })
  }
}, 500)
process.on('message', () => process.send?.(reservations))
process.on('disconnect', () => process.exit())
process.send?.({ peer: libp2p.peerId.toString(), madeUp: madeUp.toString() })
