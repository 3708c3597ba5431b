import { peerIdFromString } from '@libp2p/peer-id'
import t from 'tap'
import { bytesOfHex, hexOfBytes } from '../../../src/cbor/bytes.ts'
import {
  decodeMessage,
  encodeMessage,
  hopMessage,
  type RelayMessage,
  stopMessage
} from '../../../src/protocol/relay/codec.ts'

const peer = peerIdFromString('12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN')
const multihash = hexOfBytes(peer.toMultihash().bytes)

/** The protobuf encoding of @libp2p/circuit-relay-v2 4.2.13, which interop.test.ts speaks with. */
const rows: readonly [name: string, shape: typeof hopMessage, message: RelayMessage, hex: string][] = [
  ['reserve', hopMessage, { type: 'reserve' }, '0800'],
  ['connect', hopMessage, { type: 'connect', peer }, `0801 1228 0a26 ${multihash}`],
  ['refused', hopMessage, { type: 'status', status: 204 }, '0802 28cc01'],
  [
    'connected',
    hopMessage,
    { type: 'status', status: 100, limit: { seconds: 120, bytes: 131_072 } },
    '0802 2206 0878 10808008 2864'
  ],
  [
    'reserved',
    hopMessage,
    {
      type: 'status',
      status: 100,
      reservation: { expire: 1_800_000_000, addresses: [bytesOfHex('047f000001060fa1')] },
      limit: { seconds: 120, bytes: 131_072 }
    },
    '0802 1a10 0880a4a7da06 1208047f000001060fa1 2206 0878 10808008 2864'
  ],
  [
    'stop',
    stopMessage,
    { type: 'connect', peer, limit: { seconds: 120, bytes: 131_072 } },
    `0800 1228 0a26 ${multihash} 1a06 0878 10808008`
  ],
  ['taken', stopMessage, { type: 'status', status: 100 }, '0801 2064']
]

const plain = (message: RelayMessage) => ({ ...message, peer: message.peer?.toString() })

for (const [name, shape, message, hex] of rows)
  t.test(name, async (t) => {
    const bytes = bytesOfHex(hex.replaceAll(' ', ''))
    t.equal(hexOfBytes(encodeMessage(shape, message)), hexOfBytes(bytes))
    t.same(plain(decodeMessage(shape, bytes)), plain(message))
    for (let length = 0; length < bytes.length; length++) {
      // What is cut off between two fields is a shorter message.
      try {
        decodeMessage(shape, bytes.subarray(0, length))
      } catch (error) {
        t.match(error, { code: 'bad-frame' })
      }
    }
  })

t.test('what other implementations send besides', async (t) => {
  const read = (hex: string) => plain(decodeMessage(hopMessage, bytesOfHex(hex.replaceAll(' ', ''))))
  t.match(read('2864 0802'), { type: 'status', status: 100 }, 'fields in any order')
  t.match(read('0802 28c801 2864'), { status: 100 }, 'the last of a field counts')
  t.match(read('0802 3801 4203616263 2864'), { status: 100 }, 'fields that are not known')
  t.match(read('0802 3d01020304 390102030405060708 2864'), { status: 100 }, 'fields of fixed width')
  t.match(read(`0801 122a 0a26 ${multihash} 1200`), { peer: peer.toString() }, 'addresses are not read')
  t.match(read('0802 2200 2864'), { limit: { seconds: 0, bytes: 0 } }, 'a limit without anything in it')
})

t.test('what is refused', async (t) => {
  const bad = (hex: string, name: string) =>
    t.throws(
      () => decodeMessage(hopMessage, bytesOfHex(hex.replaceAll(' ', ''))),
      { code: 'bad-frame' },
      name
    )
  bad('', 'no type')
  bad('0803', 'a type that is not known')
  bad('0a00', 'a type that is not a number')
  bad('0801 1001', 'a peer that is a number')
  bad('0801 1200', 'a peer without a PeerId')
  bad('0801 1204 0a02 1234', 'what is no multihash')
  bad('0802 28ffffffffffffffffff01', 'a number beyond 2^53')
  bad('0802 28ffffffffffffffffffffffffffffff', 'a number without an end')
  bad('0802 22ff7f', 'a length beyond the message')
  bad('0802 0000', 'a field without a number')
  bad('0802 2b', 'a group')
})

t.test('random bytes are refused or read, never anything else', async (t) => {
  let seed = 1
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed
  }
  for (let i = 0; i < 5000; i++) {
    const bytes = Uint8Array.from({ length: random() % 48 }, () => random() % 256)
    if (i % 2 === 0 && bytes.length > 1) bytes.set([0x08, random() % 3])
    try {
      decodeMessage(i % 3 === 0 ? stopMessage : hopMessage, bytes)
    } catch (error) {
      if ((error as { code?: string }).code !== 'bad-frame') t.fail(`${hexOfBytes(bytes)}: ${error}`)
    }
  }
})
