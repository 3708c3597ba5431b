import t from 'tap'
import type { CborValue } from '../../../src/cbor/value.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  encodeRequest,
  type ManageAnswer,
  type ManageRequest
} from '../../../src/protocol/manage/codec.ts'
import { MAX_TEXT_BYTES } from '../../../src/protocol/manage/constants.ts'
import { ManageError } from '../../../src/protocol/manage/manage-error.ts'

const HASH = 'ab'.repeat(32)
const TICKET = '0f'.repeat(16)

const requests: readonly ManageRequest[] = [
  { op: 'status' },
  { op: 'doctor' },
  { op: 'config' },
  { op: 'restart' },
  { op: 'logs', n: 0, follow: true },
  { op: 'check', text: '' },
  { op: 'put', text: 'x'.repeat(MAX_TEXT_BYTES), base: HASH },
  { op: 'confirm', ticket: TICKET }
]
const answers: readonly ManageAnswer[] = [
  { end: true },
  { json: new Uint8Array(16_384), end: true },
  { json: Uint8Array.of(0x0a) },
  { error: ['denied', 'needs own'] }
]

const map = (values: Record<string, CborValue>): Uint8Array => writeCbor(new Map(Object.entries(values)))

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'taken'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

t.test('what is written is read', async (t) => {
  for (const request of requests) t.match(decodeRequest(encodeRequest(request)), request)
  for (const answer of answers) t.match(decodeAnswer(encodeAnswer(answer)), answer)
})

t.test('requests that are refused, each by its error', async (t) => {
  const bad: readonly (readonly [Record<string, CborValue>, string])[] = [
    [{ op: 'reboot' }, 'unknown-op'],
    [{ op: 'logs', n: -1 }, 'bad-request'],
    [{ op: 'logs', n: 10_001 }, 'bad-request'],
    [{ op: 'logs', follow: false }, 'bad-request'],
    [{ op: 'check' }, 'bad-request'],
    [{ op: 'check', text: new Uint8Array(3) }, 'bad-request'],
    [{ op: 'put', text: 'a' }, 'bad-request'],
    [{ op: 'put', text: 'a', base: HASH.slice(1) }, 'bad-request'],
    [{ op: 'put', text: 'a', base: HASH.toUpperCase() }, 'bad-request'],
    [{ op: 'put', text: 'é'.repeat(MAX_TEXT_BYTES / 2 + 1), base: HASH }, 'bad-request'],
    [{ op: 'confirm' }, 'bad-request'],
    [{ op: 'confirm', ticket: 'x' }, 'bad-request'],
    [{ op: '' }, 'bad-frame'],
    [{ n: 3 }, 'bad-frame']
  ]
  for (const [value, code] of bad)
    t.equal(
      codeOf(() => decodeRequest(map(value))),
      code,
      JSON.stringify(value).slice(0, 60)
    )
  t.equal(
    codeOf(() => decodeRequest(writeCbor('status'))),
    'bad-frame'
  )
})

t.test('answers that are refused', async (t) => {
  for (const value of [
    {},
    { json: new Uint8Array(0) },
    { json: new Uint8Array(16_385) },
    { json: 'text' },
    { end: false },
    { error: ['denied'] },
    { error: ['denied', 'x'.repeat(201)] }
  ])
    t.equal(
      codeOf(() => decodeAnswer(map(value))),
      'bad-frame'
    )
  t.match(decodeAnswer(map({ error: ['new-one', 'of a later version'] })), {
    error: ['internal', 'of a later version']
  })
  t.match(decodeAnswer(map({ end: true, more: 7 })), { end: true }, 'keys of later versions are passed over')
})

t.test('nothing that is cut or changed throws anything else', async (t) => {
  const all = [
    ...requests.filter(({ op }) => op !== 'put').map(encodeRequest),
    ...answers.slice(2).map(encodeAnswer)
  ]
  let seed = 7
  const next = (max: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed % max
  }
  for (const bytes of all)
    for (let i = 0; i < 200; i++) {
      const changed = bytes.slice(0, next(bytes.length + 1))
      if (changed.length > 0) changed[next(changed.length)] = next(256)
      for (const decode of [decodeRequest, decodeAnswer]) {
        const code = codeOf(() => decode(changed))
        t.ok(['taken', 'bad-frame', 'bad-request', 'unknown-op'].includes(code), code)
      }
    }
  t.ok(new ManageError('busy', 'x').remedy === 'retry')
})
