import t from 'tap'
import type { CborValue } from '../../../src/cbor/value.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import { decodeOpen, decodeStatus, encodeOpen, encodeStatus } from '../../../src/protocol/via/codec.ts'
import { multihashOfPeer } from '../../../src/reading/series.ts'

const A = '12D3KooWRawPbxPtP1eZaJpumGnyWX2DcUyd3RQnydr3eAto4Az7'
const mh = multihashOfPeer(A) ?? new Uint8Array(0)

t.test('both ways', async (t) => {
  const open = { to: [A, A], from: [A] }
  t.same(decodeOpen(encodeOpen(open)), open)
  t.equal(decodeStatus(encodeStatus(undefined)), undefined)
  const refusal = { code: 'busy', text: 'later', at: A } as const
  t.same(decodeStatus(encodeStatus(refusal)), refusal)
  t.equal(decodeStatus(encodeStatus({ ...refusal, text: 'x'.repeat(200) }))?.text.length, 128)
})

t.test('unknown fields are ignored', async (t) => {
  t.same(
    decodeOpen(
      writeCbor(
        new Map<string, CborValue>([
          ['to', [mh]],
          ['from', []],
          ['hint', 1]
        ])
      )
    ),
    {
      to: [A],
      from: []
    }
  )
})

const bad: readonly [string, CborValue][] = [
  ['no map', 1],
  ['nothing', new Map()],
  ['no from', new Map([['to', [mh]]])],
  [
    'five peers',
    new Map([
      ['to', [mh, mh, mh, mh, mh]],
      ['from', []]
    ])
  ],
  [
    'a text',
    new Map<string, CborValue>([
      ['to', [A]],
      ['from', []]
    ])
  ],
  [
    '37 bytes',
    new Map([
      ['to', [mh.subarray(1)]],
      ['from', []]
    ])
  ]
]
for (const [what, value] of bad)
  t.throws(() => decodeOpen(writeCbor(value)), { code: 'bad-frame' }, `open: ${what}`)

const error = (...items: CborValue[]): CborValue =>
  new Map<string, CborValue>([
    ['error', items],
    ['at', mh]
  ])
const badStatus: readonly [string, CborValue][] = [
  ['nothing', new Map()],
  ['not ok', new Map([['ok', false]])],
  ['an unknown code', error('because', 'of')],
  ['no text', error('busy')],
  ['a long text', error('busy', 'x'.repeat(129))],
  ['nobody', new Map([['error', ['busy', 'later']]])]
]
for (const [what, value] of badStatus)
  t.throws(() => decodeStatus(writeCbor(value)), { code: 'bad-frame' }, `status: ${what}`)

t.test('cut anywhere, and random bytes', async (t) => {
  const whole = encodeOpen({ to: [A, A], from: [A] })
  for (let end = 0; end < whole.length; end++)
    t.throws(() => decodeOpen(whole.subarray(0, end)), { code: 'bad-frame' })
  for (let i = 0; i < 200; i++) {
    const bytes = crypto.getRandomValues(new Uint8Array(i))
    for (const decode of [decodeOpen, decodeStatus]) t.throws(() => decode(bytes), { code: 'bad-frame' })
  }
})
t.end()
