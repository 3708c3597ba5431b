import { randomBytes } from 'node:crypto'
import { RPC } from '@libp2p/gossipsub/message'
import type { Stream } from '@libp2p/interface'
import { systemClock } from '../../../src/clock.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import type { Attack } from '../attack.ts'
import { again, type Hostile, MEBIBYTE, open } from './network.ts'

const MESHSUB = '/meshsub/1.1.0'
const TOPIC = '/sensor/temp/v1'
/** Bytes that an RPC may have (docs/protocols.md section 11). */
const MAX_RPC = MEBIBYTE - 1024
/** Entries of one RPC, by turns: below and at the limits that a decoder may have, and as many as fit. */
const COUNTS = [16, 32, 128, 1024, Number.POSITIVE_INFINITY]
/** Portions of one connection, and milliseconds between two. */
const PORTIONS = 10
const PAUSE = 100

type Control = Partial<RPC.ControlMessage>

/** A control message whose only field has so many entries. */
const control = (field: Control): Partial<RPC> => ({
  control: { ihave: [], iwant: [], graft: [], prune: [], idontwant: [], ...field }
})
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
const id = (): Uint8Array => randomBytes(20)

/** Each part of an RPC, with so many entries. */
const parts: Readonly<Record<string, (count: number) => Partial<RPC>>> = {
  subscribe: (count) => ({
    subscriptions: times(count, () => ({ subscribe: true, topic: `/x/${id().toString()}` }))
  }),
  graft: (count) => control({ graft: times(count, () => ({ topicID: TOPIC })) }),
  prune: (count) => control({ prune: times(count, () => ({ topicID: TOPIC, peers: [], backoff: 60 })) }),
  'prune-peers': (count) =>
    control({ prune: [{ topicID: TOPIC, backoff: 60, peers: times(count, () => ({ peerID: id() })) }] }),
  ihave: (count) => control({ ihave: [{ topicID: TOPIC, messageIDs: times(count, id) }] }),
  'ihave-many': (count) => control({ ihave: times(count, () => ({ topicID: TOPIC, messageIDs: [id()] })) }),
  iwant: (count) => control({ iwant: [{ messageIDs: times(count, id) }] }),
  idontwant: (count) => control({ idontwant: [{ messageIDs: times(count, id) }] }),
  messages: (count) => ({ messages: times(count, () => ({ topic: TOPIC, data: id() })) })
}

/** Every part of an RPC with as many entries as a node might take, in as many RPCs as make up 1 MiB. */
export const gossipParts: Attack[] = Object.entries(parts).map(([part, make]) => ({
  name: `gossip-${part}`,
  async run(target, signal) {
    const portions = COUNTS.map((count) => filled(make, count))
    let sent = 0
    let turn = 0
    const connections = await again(
      target,
      signal,
      async (hostile) => {
        const stream = await openGossip(hostile)
        const portion = portions[turn++ % portions.length] ?? new Uint8Array(0)
        for (let i = 0; i < PORTIONS && !signal.aborted && stream.status === 'open'; i++) {
          stream.send(portion)
          sent += portion.length
          await systemClock.sleep(PAUSE)
        }
      },
      { prepare: async (libp2p) => await libp2p.handle(MESHSUB, () => {}) }
    )
    return `${connections} connections, ${(sent / MEBIBYTE).toFixed(0)} MB`
  }
}))

/** A stream of gossip with the node, with a subscription to the topic. */
export async function openGossip(hostile: Hostile): Promise<Stream> {
  const stream = await open(hostile, MESHSUB)
  stream.send(prefixed(RPC.encode({ subscriptions: [{ subscribe: true, topic: TOPIC }], messages: [] })))
  return stream
}

/** RPCs of so many entries, or of as many as fit, that are 1 MiB together. */
function filled(make: (count: number) => Partial<RPC>, count: number): Uint8Array {
  const sample = 100
  const encode = (entries: number): Uint8Array =>
    prefixed(RPC.encode({ subscriptions: [], messages: [], ...make(entries) }))
  const rpc = encode(Math.min(count, Math.floor((MAX_RPC * sample) / encode(sample).length)))
  return Buffer.concat(times(Math.floor(MEBIBYTE / rpc.length), () => rpc))
}
