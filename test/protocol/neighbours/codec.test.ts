import { randomBytes } from 'node:crypto'
import t from 'tap'
import type { CborValue } from '../../../src/cbor/value.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import {
  type Answer,
  decodeAnswer,
  decodeAsk,
  encodeAnswer,
  encodeAsk,
  type Listed
} from '../../../src/protocol/neighbours/codec.ts'
import { MAX_ANSWER_BYTES, MAX_ASK_BYTES } from '../../../src/protocol/neighbours/constants.ts'
import { multihashOfPeer } from '../../../src/reading/series.ts'
import { peerNamed } from '../../support/neighbours/graph.ts'

const attic = peerNamed('attic')
const mh = (peer: string): Uint8Array => multihashOfPeer(peer) ?? new Uint8Array(0)
const many = (count: number): string[] => Array.from({ length: count }, (_, i) => peerNamed(`${i}`))
const frame = (fields: Readonly<Record<string, CborValue>>): Uint8Array =>
  writeCbor(new Map(Object.entries(fields)))

t.test('the largest frames have room', async (t) => {
  const find = encodeAsk({ id: 2 ** 50, op: 'find', who: attic, hops: 3, not: many(24) })
  t.ok(find.length <= MAX_ASK_BYTES, `${find.length} bytes`)
  t.match(decodeAsk(find), { op: 'find', who: attic, hops: 3, not: many(24) })
  const peers = many(256)
    .sort()
    .map((peer): Listed => [peer, 2 ** 32 - 1])
  const list = encodeAnswer({ id: 2 ** 50, peers, more: true })
  t.ok(list.length <= MAX_ANSWER_BYTES, `${list.length} bytes`)
  t.strictSame(decodeAnswer(list), { id: 2 ** 50, peers, more: true })
})

t.test('texts of PeerIds are in the order of their bytes', async (t) => {
  const peers = many(300)
  t.strictSame(
    peers.toSorted(),
    peers.toSorted((one, other) => Buffer.compare(mh(one), mh(other)))
  )
})

t.test('questions that are answered with an error', async (t) => {
  const codeOf = (fields: Readonly<Record<string, CborValue>>): unknown => {
    const ask = decodeAsk(frame({ id: 1, ...fields }))
    return 'error' in ask ? ask.error.code : undefined
  }
  const who = mh(attic)
  t.equal(codeOf({ op: 'list' }), undefined)
  t.equal(codeOf({ op: 'list', other: [[1]] }), undefined, 'unknown fields are ignored')
  t.equal(codeOf({ op: 'find', who, hops: 1, not: [] }), undefined)
  t.equal(codeOf({ op: 'sing' }), 'unknown-op')
  for (const fields of [
    { limit: 0 },
    { limit: 257 },
    { limit: 'all' },
    { after: who.subarray(1) },
    { after: attic }
  ])
    t.equal(codeOf({ op: 'list', ...fields }), 'bad-request', JSON.stringify(fields))
  for (const fields of [
    {},
    { who },
    { who: attic, hops: 1 },
    { who, hops: 0 },
    { who, hops: 4 },
    { who, hops: 1, not: who },
    { who, hops: 1, not: [attic] },
    { who, hops: 1, not: many(25).map(mh) }
  ])
    t.equal(codeOf({ op: 'find', ...fields }), 'bad-request', Object.keys(fields).join())
})

t.test('frames that reset the stream', async (t) => {
  const isReset = (read: () => unknown, name: string): void => {
    t.throws(read, { code: 'bad-frame' }, name)
  }
  isReset(() => decodeAsk(frame({ op: 'list' })), 'no id')
  isReset(() => decodeAsk(frame({ id: 1 })), 'no op')
  isReset(() => decodeAsk(frame({ id: 1, op: 'x'.repeat(33) })), 'a long op')
  isReset(() => decodeAsk(frame({ id: 1, op: 'list', deep: [[[1]]] })), 'too deep')
  isReset(() => decodeAsk(writeCbor([1])), 'no map')
  const one = mh(attic)
  const [low = '', high = ''] = many(2).sort()
  for (const [name, fields] of Object.entries<Readonly<Record<string, CborValue>>>({
    nothing: {},
    'two answers': { peers: [], paths: [] },
    'a peer that is none': { peers: [[one.subarray(1), 1]] },
    'no age': { peers: [[one]] },
    'a negative age': { peers: [[one, -1]] },
    'an age beyond its range': { peers: [[one, 2 ** 32]] },
    'a peer twice': {
      peers: [
        [one, 1],
        [one, 1]
      ]
    },
    'out of order': {
      peers: [
        [mh(high), 1],
        [mh(low), 1]
      ]
    },
    'too many': {
      peers: many(257)
        .sort()
        .map((peer) => [mh(peer), 0])
    },
    'a flag that is none': { peers: [], more: false },
    'four paths': { paths: [[], [], [], []] },
    'a long path': { paths: [many(3).map(mh)] },
    'an unknown error': { error: ['tired', 'later'] }
  }))
    isReset(() => decodeAnswer(frame({ id: 1, ...fields })), name)
})

t.test('truncated and random bytes are refused or read, and nothing else happens', async (t) => {
  const answer: Answer = { id: 1, peers: [[attic, 5]] }
  const samples = [encodeAsk({ id: 1, op: 'find', who: attic, hops: 2, not: many(3) }), encodeAnswer(answer)]
  for (const sample of samples)
    for (let length = 0; length < sample.length; length++) {
      t.throws(() => decodeAsk(sample.subarray(0, length)), { code: 'bad-frame' })
      t.throws(() => decodeAnswer(sample.subarray(0, length)), { code: 'bad-frame' })
    }
  for (let round = 0; round < 2000; round++) {
    const sample = Uint8Array.from(samples[round % 2] ?? [])
    for (const [i, byte] of randomBytes(3).entries()) sample[(byte * 7 + i) % sample.length] = byte
    for (const read of [decodeAsk, decodeAnswer])
      try {
        read(sample)
      } catch (error) {
        t.match(error, { code: 'bad-frame' })
      }
  }
})
