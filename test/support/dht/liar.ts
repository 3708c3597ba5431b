import { createHash, randomBytes } from 'node:crypto'
import type { Connection, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Test } from 'tap'
import type { Network } from '../../../src/node/network/create-network.ts'
import { KAD_PROTOCOL } from '../../../src/protocol/dht/constants.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { memoryNetwork } from '../memory-network.ts'

export interface NamedPeer {
  /** Its multihash. */
  readonly id: Uint8Array
  readonly addresses: readonly Multiaddr[]
}

/** Says what it likes to the key of a question, or does what it likes with the stream and says nothing. */
export type Lie = (key: Uint8Array, stream: Stream) => readonly NamedPeer[] | undefined

export interface DhtLiar {
  readonly network: Network
  readonly peer: string
  readonly address: string
  /** Keys that it was asked for. */
  readonly asked: Uint8Array[]
}

/** A server of the DHT by its identify, which answers as the test wants. */
export async function dhtLiar(t: Test, lie: Lie): Promise<DhtLiar> {
  const network = await memoryNetwork({}, { inboundPending: 1000 })
  t.teardown(() => network.stop())
  const asked: Uint8Array[] = []
  await network.handle(KAD_PROTOCOL, async (stream: Stream, _connection: Connection) => {
    const frames = lpStream(stream)
    try {
      for (;;) {
        const key = keyOf((await frames.read()).subarray())
        asked.push(key)
        const named = lie(key, stream)
        if (named === undefined) return
        await frames.write(answerOf(named))
      }
    } catch {
      stream.abort(new Error('over'))
    }
  })
  const [own] = network.getMultiaddrs()
  return { network, peer: network.peerId.toString(), address: String(own), asked }
}

/** The multihash of a PeerId that nobody has the key of. */
export function madeUpId(): Uint8Array {
  return Buffer.concat([Buffer.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20), randomBytes(32)])
}

/** How far two keys are from each other in the DHT: the XOR of their SHA-256. */
export function distance(one: Uint8Array, other: Uint8Array): bigint {
  const place = (id: Uint8Array): bigint => BigInt(`0x${createHash('sha256').update(id).digest('hex')}`)
  return place(one) ^ place(other)
}

/** An answer to FIND_NODE (libp2p specs, kad-dht, RPC messages), its length not counted. */
export function answerOf(named: readonly NamedPeer[]): Uint8Array {
  const peers = named.map(({ id, addresses }) =>
    field(8, Buffer.concat([field(1, id), ...addresses.map(({ bytes }) => field(2, bytes))]))
  )
  return Buffer.concat([Buffer.of(0x08, 0x04), ...peers])
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(number * 8 + 2), prefixed(bytes)])
}

/** FIND_NODE for a key, its length not counted. */
export function questionFor(key: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(0x08, 0x04), field(2, key)])
}

/** Of a question: type FIND_NODE, and the key after it. */
function keyOf(question: Uint8Array): Uint8Array {
  return question.subarray(4, 4 + (question[3] ?? 0))
}
