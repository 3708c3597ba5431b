import t from 'tap'
import { type CborValue, DecimalFraction } from '../../../src/cbor/value.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import { quantityTable } from '../../../src/reading/quantity.ts'
import type { Reading } from '../../../src/reading/reading.ts'
import { isPackError } from '../../../src/reading/signed/pack-error.ts'
import { readPack } from '../../support/packs.ts'
import { testSigner } from '../../support/readings.ts'

const { peer } = testSigner()
const quantities = quantityTable({ name: 'mood', unit: 'lm', kind: 'number', shown: { unit: 'lm' } })
const rules = { peer, quantities, maxPayload: 16_384 }

type Fields = Record<string, CborValue | undefined>

const first: Fields = {
  '-2': `${peer}/hall/temperature`,
  '-3': 1_790_000_000,
  '-4': 'Cel',
  '2': 21.5,
  '7': 10,
  bep: 5,
  bboot: new Uint8Array(8),
  bsq: 3,
  btq: 0,
  bte: 0.5,
  bmono: 7000
}
const next: Fields = { '2': 22, '6': 10, '7': 10 }
/** Takes the value of the first record away, for one of another kind. */
const valueless: Fields = { '2': undefined }
const unknown: Fields = { '-3': undefined, bte: undefined, btq: 2 }

/** Numerals are labels, as in docs/protocols.md section 8; a text of digits is written as `"2"`. */
function record(fields: Fields): CborValue {
  const map = new Map<number | string, CborValue>()
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined) map.set(/^-?\d+$/.test(key) ? Number(key) : key.replaceAll('"', ''), value)
  }
  return map
}

function read(...records: Fields[]): readonly Reading[] {
  return readPack(writeCbor(records.map(record)), rules)
}

function flaw(...records: Fields[]): string {
  try {
    read(...records)
    return 'none'
  } catch (error) {
    if (isPackError(error)) return error.why
    throw error
  }
}

t.test('base fields hold until replaced', async (t) => {
  const other = { ...next, '-2': `${peer}/den/voltage.a0`, '-4': 'V', bsq: 9, bep: 6, btq: 1, bte: 2 }
  const again = { ...next, '-2': `${peer}/hall/temperature`, '-4': 'Cel', bep: 5 }
  const readings = read(first, next, other, again, { ...next, '-3': 1_790_000_100, bmono: 9000 })
  t.match(readings, [
    {
      position: { epoch: 5, boot: '0000000000000000', seq: 3 },
      time: 1_790_000_000,
      quality: 0,
      errorBound: 0.5
    },
    { position: { epoch: 5, seq: 4 }, time: 1_790_000_010, mono: 17_000, unit: 'Cel', value: 22 },
    {
      position: { epoch: 6, seq: 9 },
      quality: 1,
      errorBound: 2,
      unit: 'V',
      series: `${peer}/den/voltage.a0`
    },
    { position: { epoch: 5, seq: 5 }, quality: 1, series: `${peer}/hall/temperature` },
    { position: { epoch: 5, seq: 6 }, time: 1_790_000_110, mono: 19_000 }
  ])
})

t.test('what may be left out', async (t) => {
  t.strictSame(read({ ...first, bte: undefined, bmono: undefined }), [
    {
      series: `${peer}/hall/temperature`,
      position: { epoch: 5, boot: '0000000000000000', seq: 3 },
      time: 1_790_000_000,
      quality: 0,
      unit: 'Cel',
      interval: 10,
      value: 21.5
    }
  ])
  t.equal(read({ ...first, '-3': undefined, '6': 1_790_000_000 })[0]?.time, 1_790_000_000, 'bt of 0')
  t.equal(read({ ...first, '-4': undefined, '1': 'Cel' })[0]?.unit, 'Cel', 'u in place of bu')
  t.equal(read({ ...first, '-4': 'V', '1': 'Cel' })[0]?.unit, 'Cel', 'u before bu')
  const fault = { ...first, ...valueless, '0': ':fault', '3': 'bad-crc no luck' }
  t.strictSame(read({ ...fault, '-4': undefined })[0]?.fault, { code: 'bad-crc', text: 'no luck' })
  t.equal(
    read({ ...first, '-2': `${peer}/hall/mood`, '-4': 'lm' })[0]?.unit,
    'lm',
    'a quantity of the application'
  )
})

t.test('unknown times', async (t) => {
  const [reading] = read({ ...first, ...unknown, '6': -2.5 })
  t.match(reading, { time: null, quality: 2, mono: 4500 })
  t.notOk(reading !== undefined && 'errorBound' in reading)
})

t.test('a unit that holds from another series is not that of a contact', async (t) => {
  const contact = { '-2': `${peer}/hall/contact`, '4': true, '7': 60, bsq: 0 }
  t.equal(read(first, contact)[1]?.unit, null)
  t.equal(flaw(first, { ...contact, '1': 'Cel' }), 'unit')
  t.equal(flaw({ ...first, ...contact, ...valueless }), 'unit')
})

const refusals: readonly [string, string, ...Fields[]][] = [
  ['name', 'no bn', { ...first, '-2': undefined }],
  ['name', 'bn is a number', { ...first, '-2': 5 }],
  ['name', 'a name in parts', { ...first, '0': 'x' }],
  ['name', 'no device', { ...first, '-2': `${peer}/temperature` }],
  ['name', 'a long channel', { ...first, '-2': `${peer}/hall/temperature.123456789` }],
  ['key', 'an unused label', { ...first, '5': 1 }],
  ['key', 'bv', { ...first, '-5': 1 }],
  ['key', 'bver', { ...first, '-1': 10 }],
  ['key', 'an unregistered label', { ...first, '9': 1 }],
  ['key', 'digits as text', { ...first, '"2"': 1 }],
  ['key', 'a capital', { ...first, Note: 1 }],
  ['key', 'an underscore within', { ...first, a_b: 1 }],
  ['key', 'must understand, in a later record', first, { ...next, zip_: 1 }],
  ['key', 'must understand, as a base field', { ...first, bzip_: 1 }],
  ...['bn', 'bt', 'bu', 'bv', 'bs', 'bver', 'n', 'u', 'v', 'vs', 'vb', 'vd', 's', 't', 'ut'].map(
    (name): [string, string, Fields] => ['key', `label ${name} by its JSON name`, { ...first, [name]: 1 }]
  ),
  ['unit', 'none', { ...first, '-4': undefined }],
  ['unit', 'another in the record', { ...first, '1': 'K' }],
  ['value', 'a boolean for a number', { ...first, ...valueless, '4': true }],
  ['value', 'text in v', { ...first, '2': '21' }],
  ['value', 'a value and a text', { ...first, '3': 'a' }],
  ['fault', 'a number', { ...first, '0': ':fault' }],
  ['fault', 'a code alone', { ...first, ...valueless, '0': ':fault', '3': 'bad-crc' }],
  ['fault', 'a code in capitals', { ...first, ...valueless, '0': ':fault', '3': 'Bad it is' }],
  ['fault', 'a control character', { ...first, ...valueless, '0': ':fault', '3': 'bad a\u001b[2J' }],
  ['fault', '201 characters', { ...first, ...valueless, '0': ':fault', '3': `bad ${'x'.repeat(201)}` }],
  ['run', 'no boot', { ...first, bboot: undefined }],
  ['run', 'boot as text', { ...first, bboot: '00000000' }],
  ['run', 'a negative epoch', { ...first, bep: -1 }],
  ['run', 'half an epoch', { ...first, bep: 1.5 }],
  ['position', 'no seq', { ...first, bsq: undefined }],
  ['position', 'no seq for the next series', first, { ...next, '-2': `${peer}/den/temperature` }],
  ['position', 'no seq for the next run', first, { ...next, bep: 6 }],
  ['position', 'a position twice', first, { ...next, bsq: 3 }],
  ['position', 'seq of 2^53', { ...first, bsq: 2 ** 53 - 1 }, next],
  ['time', 'no quality', { ...first, btq: undefined }],
  ['time', 'a quality of 3', { ...first, btq: 3 }],
  ['time', 'no time at all', { ...first, '-3': undefined }],
  ['time', 'of 1970', { ...first, '-3': 5 }],
  ['time', 'of the year 10000', { ...first, '-3': 253_402_300_800 }],
  ['time', 'beyond every number', { ...first, '-3': 1.7e308, '6': 1.7e308 }],
  ['time', 'a negative bound', { ...first, bte: -1 }],
  ['time', 'a negative mono', { ...first, bmono: -1 }],
  ['time', 'text', { ...first, '6': '0' }],
  ['time', 'unknown, without mono', { ...first, ...unknown, bmono: undefined }],
  ['time', 'unknown, of the future', { ...first, ...unknown, '6': 1 }],
  ['time', 'unknown, before the run', { ...first, ...unknown, '6': -8 }],
  ['time', 'unknown, after a known one', first, { ...next, btq: 2, '6': -1 }],
  ['interval', 'none', { ...first, '7': undefined }],
  ['interval', 'of nothing', { ...first, '7': 0 }],
  ['interval', 'negative', { ...first, '7': -1 }]
]
for (const [why, name, ...records] of refusals) t.equal(flaw(...records), why, `${why}: ${name}`)

t.equal(
  flaw({ ...first, note: 'a', zip: 1, bzip: [1, 2], k9: new Uint8Array(3) }),
  'none',
  'other keys are ignored'
)
t.throws(() => readPack(writeCbor([5]), rules), { code: 'bad-pack', why: 'form' })
t.throws(() => readPack(writeCbor([record(first)]), { ...rules, maxPayload: 100 }), {
  code: 'bad-pack',
  why: 'size'
})

t.test('a decimal fraction stands for a num, and for nothing else', async (t) => {
  const five = new DecimalFraction(0, 5)
  const whole: readonly [why: string, key: string][] = [
    ['run', 'bep'],
    ['run', 'bboot'],
    ['position', 'bsq'],
    ['time', 'btq'],
    ['name', '-2'],
    ['unit', '-4'],
    ['unit', '1'],
    ['name', '0']
  ]
  for (const [why, key] of whole) t.equal(flaw({ ...first, [key]: five }), why, key)
  t.equal(flaw({ ...first, btq: new DecimalFraction(0, 0) }), 'time', 'a quality of 0')
  t.equal(flaw({ ...first, bsq: new DecimalFraction(-1, 30) }), 'position', '30 tenths')
  t.equal(flaw(first, { ...next, '2': undefined, '4': five }), 'value', 'vb')
  t.equal(flaw(first, { ...next, '2': undefined, '0': ':fault', '3': five }), 'fault', 'vs')
  const [reading] = read({
    ...first,
    '-3': new DecimalFraction(-1, 17_900_000_001),
    '2': new DecimalFraction(-2, 2148),
    '6': five,
    '7': new DecimalFraction(1, 6),
    bte: new DecimalFraction(-2, 5),
    bmono: new DecimalFraction(3, 7)
  })
  t.match(reading, { time: 1_790_000_005.1, value: 21.48, interval: 60, errorBound: 0.05, mono: 12_000 })
  t.equal(flaw({ ...first, bep: 5, note: five }), 'none', 'an extension may be anything')
})
