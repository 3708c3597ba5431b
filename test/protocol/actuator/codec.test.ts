import t from 'tap'
import type { CborValue } from '../../../src/cbor/value.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import {
  decodeSwitchAnswer,
  decodeSwitchRequest,
  encodeSwitchAnswer,
  encodeSwitchRequest,
  type SetRequest
} from '../../../src/protocol/actuator/codec.ts'

const SET: SetRequest = {
  op: 'set',
  id: 3,
  n: 'heater',
  on: true,
  cmd: '000102030405060708090a0b0c0d0e0f',
  seen: { boot: '8899aabbccddeeff', ms: 1_234_567 },
  within: 10
}
const WIRE = { ...SET, cmd: new Uint8Array(16), seen: [new Uint8Array(8), 5] }

function frame(fields: Readonly<Record<string, CborValue>>): Uint8Array {
  return writeCbor(new Map(Object.entries(fields)))
}

t.test('requests come back as they were sent', async (t) => {
  for (const request of [
    SET,
    { ...SET, for: 1800, expect: false },
    { op: 'state', id: 0 },
    { op: 'state', id: 9, n: 'a' }
  ] as const)
    t.same(decodeSwitchRequest(encodeSwitchRequest(request), 512), request)
})

t.test('a field of another kind or range is named', async (t) => {
  t.match(decodeSwitchRequest(frame(WIRE), 512), { op: 'set', on: true })
  for (const [name, values] of Object.entries({
    n: ['', 'Heater', 'a/b', 1, 'x'.repeat(33)],
    on: [1, 'on'],
    cmd: [new Uint8Array(15), new Uint8Array(17), '0'],
    seen: [
      5,
      [],
      [new Uint8Array(8)],
      [new Uint8Array(7), 5],
      [new Uint8Array(8), -1],
      [new Uint8Array(8), 1, 1]
    ],
    within: [0, 61, 1.5, '5'],
    for: [0, 2_592_001, true],
    expect: [0, 'off']
  }) as [string, CborValue[]][])
    for (const value of values)
      t.same(
        decodeSwitchRequest(frame({ ...WIRE, [name]: value }), 512),
        { id: 3, bad: name },
        `${name} ${value}`
      )
  for (const name of ['n', 'on', 'cmd', 'seen', 'within']) {
    const { [name]: _, ...rest } = WIRE as Record<string, CborValue>
    t.same(decodeSwitchRequest(frame(rest), 512), { id: 3, bad: name }, `without ${name}`)
  }
  t.throws(() => decodeSwitchRequest(frame({ op: 'state' }), 512), { code: 'bad-frame' })
  t.match(
    decodeSwitchRequest(frame({ ...WIRE, more: 'later' }), 512),
    { op: 'set' },
    'unknown keys are ignored'
  )
})

const NOW = { boot: '0011223344556677', ms: 7 }

t.test('answers come back as they were sent', async (t) => {
  for (const answer of [
    { id: 1, states: [], now: NOW },
    { id: 1, states: [{ n: 'a', on: true, since: 0, until: 5, lock: 3 }], now: NOW },
    { id: 1, states: [{ n: 'a', since: 0, fault: 'gone' }], now: NOW },
    { id: 1, error: { code: 'locked', text: 'not yet', retry: 40 } },
    { id: 1, error: { code: 'denied', text: '' } }
  ] as const)
    t.same(decodeSwitchAnswer(encodeSwitchAnswer(answer), 17_408), answer)
  const many = Array.from({ length: 65 }, (_, i) => ({ n: `s${i}`, on: false, since: i }))
  const cut = decodeSwitchAnswer(encodeSwitchAnswer({ id: 1, states: many, now: NOW }), 17_408)
  t.equal(cut.error === undefined && cut.states.length, 64)
})

t.test('the text of another node is plain, a code of a later version is internal', async (t) => {
  const told = { id: 1, error: ['vexed', 'a\x1b[31mb\u202ec'] }
  t.same(decodeSwitchAnswer(frame(told), 512), { id: 1, error: { code: 'internal', text: 'a [31mb c' } })
})

t.test('answers that are none reset the stream', async (t) => {
  const good = { id: 1, state: [], now: [new Uint8Array(8), 1], end: true }
  const state = (fields: Readonly<Record<string, CborValue>>): CborValue => [new Map(Object.entries(fields))]
  for (const fields of [
    { ...good, id: 'x' },
    { ...good, now: 5 },
    { ...good, state: 5 },
    { ...good, state: [5] },
    { ...good, state: state({ n: 'a', on: true }) },
    { ...good, state: state({ n: 'a', since: 1 }) },
    { ...good, state: state({ n: 'A', on: true, since: 1 }) },
    { ...good, state: state({ n: 'a', on: true, since: 1, until: 'x' }) },
    { ...good, state: state({ n: 'a', fault: '', since: 1 }) },
    { id: 1, error: 'busy' },
    { id: 1, error: ['busy', 'x'.repeat(201)] },
    { id: 1, error: ['busy', 'x', 'y'] }
  ] as Record<string, CborValue>[])
    t.throws(() => decodeSwitchAnswer(frame(fields), 17_408), { code: 'bad-frame' })
  t.throws(() => decodeSwitchAnswer(writeCbor([1]), 512), { code: 'bad-frame' })
})

t.test('cut and random bytes are refused, never more', async (t) => {
  const whole = [
    encodeSwitchRequest({ ...SET, for: 5, expect: true }),
    encodeSwitchAnswer({ id: 1, states: [{ n: 'a', on: true, since: 0 }], now: NOW })
  ]
  for (const bytes of whole)
    for (let n = 0; n < bytes.length; n++) {
      const refused = { code: 'bad-frame' }
      t.throws(() => decodeSwitchRequest(bytes.slice(0, n), 512), refused)
      t.throws(() => decodeSwitchAnswer(bytes.slice(0, n), 512), refused)
    }
  let seed = 1
  const next = (): number => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed & 0xff
  }
  for (let n = 0; n < 20_000; n++) {
    const bytes = (whole[n % 2] ?? new Uint8Array(0)).slice()
    for (let k = 0; k < 3; k++) bytes[next() % bytes.length] = next()
    for (const decode of [decodeSwitchRequest, decodeSwitchAnswer])
      try {
        decode(bytes, 512)
      } catch (error) {
        if ((error as { code?: string }).code !== 'bad-frame') t.fail(String(error))
      }
  }
})

t.test('texts of another implementation have 200 characters, not half of them', async (t) => {
  const state = (fault: string) =>
    frame({
      id: 1,
      end: true,
      now: [new Uint8Array(8), 5],
      state: [
        new Map<string, CborValue>([
          ['n', 'heater'],
          ['since', 1],
          ['fault', fault]
        ])
      ]
    })
  t.match(decodeSwitchAnswer(state('🔥'.repeat(200)), 4096), { states: [{ fault: '🔥'.repeat(200) }] })
  t.throws(() => decodeSwitchAnswer(state('🔥'.repeat(201)), 4096), { code: 'bad-frame' })
  t.throws(() => decodeSwitchAnswer(state('x'.repeat(201)), 4096), { code: 'bad-frame' })
  const error = frame({ id: 1, error: ['late', '🔥'.repeat(200)] })
  t.match(decodeSwitchAnswer(error, 4096), { error: { code: 'late' } })
})

t.test('a whole number may be a float', async (t) => {
  const bytes = Buffer.from(encodeSwitchRequest(SET)).toString('hex')
  const float = bytes.replace('6677697468696e0a', '6677697468696ef94900')
  t.not(float, bytes)
  t.same(decodeSwitchRequest(Buffer.from(float, 'hex'), 512), SET)
})
