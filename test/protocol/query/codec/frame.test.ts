import t from 'tap'
import { type CborValue, DecimalFraction } from '../../../../src/cbor/value.ts'
import { writeCbor } from '../../../../src/cbor/write.ts'
import { isNodeError } from '../../../../src/error.ts'
import { FrameSplitter } from '../../../../src/protocol/frame-splitter.ts'
import { decodeAnswer, encodeAnswer } from '../../../../src/protocol/query/codec/answer.ts'
import type { QueryAnswer, QueryRequest } from '../../../../src/protocol/query/codec/frame.ts'
import { decodeRequest, encodeRequest } from '../../../../src/protocol/query/codec/request.ts'
import { asked } from '../../../support/query/bench.ts'
import { seeded } from '../../../support/readings.ts'

const run = { epoch: 1_790_000_000, boot: '0011223344556677' }

const requests: [QueryRequest, string | undefined][] = [
  [{ id: 1, op: 'read' }, 'a2 62 6964 01 62 6f70 64 72656164'],
  [{ id: 24, op: 'read', n: 'air' }, 'a3 61 6e 63 616972 62 6964 1818 62 6f70 64 72656164'],
  [{ id: 2, op: 'observe', n: ['air', 'soil/temperature'], who: asked, credit: 64, every: 60 }, undefined],
  [{ id: 3, op: 'history', n: 'air/temperature', run, from: 0, to: 2 ** 40, limit: 16 }, undefined],
  [{ id: Number.MAX_SAFE_INTEGER, op: 'time' }, undefined]
]

t.test('requests', async (t) => {
  for (const [request, hex] of requests) {
    const bytes = encodeRequest(request)
    if (hex !== undefined) t.equal(Buffer.from(bytes).toString('hex'), hex.replaceAll(' ', ''))
    t.same(decodeRequest(bytes, 512), request)
  }
})

const answers: [QueryAnswer, string | undefined][] = [
  [{ id: 1, end: true }, 'a2 62 6964 01 63 656e64 f5'],
  [{ id: 1, pack: new Uint8Array([1, 2]), old: true, skip: 3, pos: { ...run, seq: 9 } }, undefined],
  [{ id: 1, pack: [new Uint8Array([1]), new Uint8Array([2])], skip: 1 }, undefined],
  [{ id: 1, block: new Uint8Array(16_384), pos: { ...run, seq: 256 } }, undefined],
  [{ id: 1, meta: new Uint8Array([1]), end: true }, undefined],
  [{ id: 1, alive: true }, undefined],
  [{ id: 1, lost: { from: 4, to: 4 }, pos: { ...run, seq: 5 } }, undefined],
  [
    {
      id: 1,
      time: { received: 1_790_000_000_000_000, sent: 1_790_000_000_000_001, quality: 1, bound: 50 },
      end: true
    },
    undefined
  ],
  [
    { id: 1, error: { code: 'busy', text: 'later', retry: 20 } },
    'a2 62 6964 01 65 6572726f72 83 64 62757379 65 6c61746572 14'
  ]
]

t.test('answers', async (t) => {
  for (const [answer, hex] of answers) {
    const bytes = encodeAnswer(answer)
    if (hex !== undefined) t.equal(Buffer.from(bytes).toString('hex'), hex.replaceAll(' ', ''))
    t.same(decodeAnswer(bytes, 17_408), answer)
  }
})

function map(fields: Record<string, CborValue>): Uint8Array {
  return writeCbor(new Map(Object.entries(fields)))
}

t.test('a request that does not parse', async (t) => {
  const bad: [string, Uint8Array][] = [
    ['nothing', new Uint8Array()],
    ['no map', writeCbor([1, 'read'])],
    ['no id', map({ op: 'read' })],
    ['a negative id', map({ id: -1, op: 'read' })],
    ['an id with a fraction', map({ id: 1.5, op: 'read' })],
    ['no op', map({ id: 1 })],
    ['an op that is not text', map({ id: 1, op: 7 })],
    ['too long an op', map({ id: 1, op: 'x'.repeat(33) })],
    ['too many bytes', map({ id: 1, op: 'read', x: 'x'.repeat(512) })],
    ['too deep', map({ id: 1, op: 'read', x: [[[1]]] })],
    ['a key twice', Buffer.from('a36269640162696401626f7064726561', 'hex')],
    ['unsorted keys', Buffer.from('a2626f7064726561646269640a', 'hex')],
    ['trailing bytes', Buffer.concat([map({ id: 1, op: 'read' }), new Uint8Array(1)])]
  ]
  for (const [name, bytes] of bad) t.throws(() => decodeRequest(bytes, 512), { code: 'bad-frame' }, name)
})

t.test('a request that makes no sense names the field', async (t) => {
  const bad: [string, Record<string, CborValue>][] = [
    ['n', { n: 7 }],
    ['n', { n: '' }],
    ['n', { n: 'x'.repeat(128) }],
    ['n', { n: ['one'] }],
    ['n', { n: Array.from({ length: 17 }, () => 'a') }],
    ['n', { n: ['a', 7] }],
    ['who', { who: 'hall' }],
    ['who', { who: `${asked.slice(0, -1)}` }],
    ['credit', { credit: 0 }],
    ['credit', { credit: 65 }],
    ['every', { every: 0 }],
    ['from', { from: -1 }],
    ['to', { to: 0.5 }],
    ['limit', { limit: 0 }],
    ['ep, boot', { ep: 1 }],
    ['ep, boot', { boot: new Uint8Array(8) }],
    ['ep, boot', { ep: 1, boot: new Uint8Array(7) }]
  ]
  for (const [name, fields] of bad) {
    t.same(decodeRequest(map({ id: 5, op: 'read', ...fields }), 512), { id: 5, bad: name })
  }
})

t.test('no field of a frame is a decimal fraction', async (t) => {
  const one = new DecimalFraction(0, 1)
  const boot = new Uint8Array(8)
  t.throws(() => decodeRequest(map({ id: one, op: 'read' }), 512), { code: 'bad-frame' }, 'id')
  t.throws(() => decodeRequest(map({ id: 1, op: one }), 512), { code: 'bad-frame' }, 'op')
  for (const name of ['n', 'who', 'credit', 'every', 'from', 'to', 'limit']) {
    t.same(decodeRequest(map({ id: 5, op: 'read', [name]: one }), 512), { id: 5, bad: name })
  }
  t.same(decodeRequest(map({ id: 5, op: 'history', ep: one, boot }), 512), { id: 5, bad: 'ep, boot' })
  const answers: Record<string, CborValue>[] = [
    { id: one },
    { pack: one },
    { block: one },
    { meta: one },
    { old: one },
    { skip: one },
    { pos: [one, boot, 1] },
    { pos: [1, boot, one] },
    { lost: [one, 4] },
    { lost: [0, one] },
    { time: [one, 2, 0] },
    { time: [1, one, 0] },
    { time: [1, 2, one] },
    { time: [1, 2, 0, one] },
    { error: ['busy', one] },
    { error: ['busy', 'later', one] }
  ]
  for (const fields of answers) {
    t.throws(
      () => decodeAnswer(map({ id: 1, ...fields }), 512),
      { code: 'bad-frame' },
      JSON.stringify(fields)
    )
  }
})

t.test('unknown fields are ignored', async (t) => {
  const later = { future: ['a', 1], 'n ': true, z: new Uint8Array(3) }
  t.same(decodeRequest(map({ id: 1, op: 'read', ...later }), 512), { id: 1, op: 'read' })
  t.same(decodeAnswer(map({ id: 1, end: true, ...later }), 512), { id: 1, end: true })
})

t.test('an answer with a known field of a wrong kind does not parse', async (t) => {
  const boot = new Uint8Array(8)
  const bad: Record<string, CborValue>[] = [
    { pack: 'text' },
    { pack: [new Uint8Array(1)] },
    { block: [] },
    { old: false },
    { end: 1 },
    { skip: -1 },
    { pos: [1, boot] },
    { pos: [1, new Uint8Array(9), 1] },
    { lost: [5, 4] },
    { lost: [5] },
    { time: [2, 1, 0] },
    { time: [1, 2, 2] },
    { time: [1, 2, 0, -1] },
    { error: ['other', 'text'] },
    { error: ['busy'] },
    { error: ['busy', 'x'.repeat(201)] },
    { error: ['busy', 'text', 'soon'] }
  ]
  for (const fields of bad) {
    t.throws(
      () => decodeAnswer(map({ id: 1, ...fields }), 512),
      { code: 'bad-frame' },
      JSON.stringify(fields)
    )
  }
})

t.test('the text of an error cannot steer a terminal', async (t) => {
  const { error } = decodeAnswer(map({ id: 1, error: ['busy', 'a\u001b[2Jb\u202ec'] }), 512)
  t.equal(error?.text, 'a [2Jb c')
})

t.test('every truncation of a frame is refused', async (t) => {
  for (const [request] of requests) {
    const bytes = encodeRequest(request)
    for (let length = 0; length < bytes.length; length++) {
      t.throws(() => decodeRequest(bytes.subarray(0, length), 512), { code: 'bad-frame' })
    }
  }
})

t.test(
  '100,000 random and mutated frames: decoded or refused, nothing else',
  { timeout: 20_000 },
  async (t) => {
    const random = seeded(42)
    const below = (limit: number): number => Math.floor(random() * limit)
    const originals = [
      ...requests.map(([r]) => encodeRequest(r)),
      ...answers.slice(0, 3).map(([a]) => encodeAnswer(a))
    ]
    let refused = 0
    const attempt = (decode: () => unknown): void => {
      try {
        decode()
      } catch (error) {
        if (!isNodeError(error, 'bad-frame')) throw error
        refused += 1
      }
    }
    for (let i = 0; i < 50_000; i++) {
      const bytes = (originals[below(originals.length)] ?? new Uint8Array()).slice()
      for (let flips = 1 + below(3); flips > 0; flips--) bytes[below(bytes.length)] = below(256)
      attempt(() => decodeRequest(bytes, 512))
      attempt(() => decodeAnswer(bytes, 17_408))
    }
    for (let i = 0; i < 10_000; i++) {
      const noise = Uint8Array.from({ length: below(64) }, () => below(256))
      attempt(() => new FrameSplitter(512).push(noise, (frame) => decodeRequest(frame, 512)))
    }
    t.ok(refused > 50_000, `${refused} refused`)
  }
)
