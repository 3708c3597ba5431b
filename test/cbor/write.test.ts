import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { bytesOfHex, hexOfBytes } from '../../src/cbor/bytes.ts'
import { halfBits, halfValue } from '../../src/cbor/half.ts'
import { readCbor } from '../../src/cbor/read.ts'
import { type CborValue, DecimalFraction, isCborMap, numberOf } from '../../src/cbor/value.ts'
import { writeCbor } from '../../src/cbor/write.ts'
import { seeded } from '../support/readings.ts'

// A decimal fraction's array counts as a level of its own.
const limits = { maxBytes: 1_000_000, maxDepth: 5, maxItems: 10_000 }

// RFC 8949 appendix A: value, bytes; the decoder and the encoder agree on each.
const rows: readonly [CborValue, string][] = [
  [0, '00'],
  [23, '17'],
  [24, '1818'],
  [255, '18ff'],
  [256, '190100'],
  [65_535, '19ffff'],
  [65_536, '1a00010000'],
  [1_000_000, '1a000f4240'],
  [4_294_967_295, '1affffffff'],
  [1_000_000_000_000, '1b000000e8d4a51000'],
  [Number.MAX_SAFE_INTEGER, '1b001fffffffffffff'],
  [-1, '20'],
  [-10, '29'],
  [-100, '3863'],
  [-1000, '3903e7'],
  [-65_536, '39ffff'],
  [-4_294_967_296, '3affffffff'],
  [Number.MIN_SAFE_INTEGER, '3b001ffffffffffffe'],
  [-0, 'f98000'],
  [1.1, 'fb3ff199999999999a'],
  [1.5, 'f93e00'],
  [-4.1, 'fbc010666666666666'],
  [3.4028234663852886e38, 'fa7f7fffff'],
  [1e300, 'fb7e37e43c8800759c'],
  [2 ** -24, 'f90001'],
  [0.00006103515625, 'f90400'],
  [1023 * 2 ** -24, 'f903ff'],
  [2 ** -25, 'fa33000000'],
  [0.1, 'fb3fb999999999999a'],
  [2 ** -126, 'fa00800000'],
  [2 ** -149, 'fa00000001'],
  [Number.MIN_VALUE, 'fb0000000000000001'],
  [2 ** 53, 'fa5a000000'],
  [false, 'f4'],
  [true, 'f5'],
  [new Uint8Array(), '40'],
  [bytesOfHex('01020304'), '4401020304'],
  ['', '60'],
  ['IETF', '6449455446'],
  ['"\\', '62225c'],
  ['ü', '62c3bc'],
  ['水', '63e6b0b4'],
  ['\u{10151}', '64f0908591'],
  [[], '80'],
  [[1, [2, 3], [4, 5]], '8301820203820405'],
  [new Map(), 'a0'],
  [
    new Map([
      [3, 4],
      [1, 2]
    ]),
    'a201020304'
  ],
  [
    new Map<string, CborValue>([
      ['b', [2, 3]],
      ['a', 1]
    ]),
    'a26161016162820203'
  ]
]
for (const [value, hex] of rows) {
  t.equal(hexOfBytes(writeCbor(value)), hex, `writes ${hex}`)
  t.strictSame(readCbor(bytesOfHex(hex), limits), value, `reads ${hex}`)
}

t.equal(hexOfBytes(writeCbor(65_504.5)), 'fa477fe080', 'above the halves')
t.ok(Object.is(readCbor(bytesOfHex('f98000'), limits), -0), '-0 keeps its sign')

t.test('every half is known by its bits', async (t) => {
  const view = new DataView(new ArrayBuffer(4))
  let wrong = 0
  for (let bits = 0; bits < 0x7c00; bits++) {
    // A half's bits in a single's place: exponent bias 15 against 127 (IEEE 754 tables 3.5).
    view.setUint32(0, bits << 13)
    const value = view.getFloat32(0) * 2 ** 112
    const back = halfValue(bits) === value && halfValue(bits + 0x8000) === -value
    if (!back || halfBits(value) !== bits || halfBits(-value) !== bits + 0x8000) wrong++
  }
  t.equal(wrong, 0)
  for (const none of [65_520, 1e9, 2 ** -25, 1 / 3, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE]) {
    t.equal(halfBits(none), undefined, String(none))
  }
})

t.test('keys are sorted by their encoded bytes', async (t) => {
  const keys = ['z', 'aa', 100, -1, 10, -100, 1000, '', 'ab'] as const
  const map = new Map<string | number, CborValue>(keys.map((key, i) => [key, i]))
  const order = [10, 100, 1000, -1, -100, '', 'z', 'aa', 'ab']
  const read = readCbor(writeCbor(map), limits) as ReadonlyMap<string | number, CborValue>
  t.same([...read.keys()], order)
  t.same(
    [...read].every(([key, value]) => map.get(key) === value),
    true
  )
})

t.test('decimal fractions', async (t) => {
  const form = (value: number): string => hexOfBytes(writeCbor(value, 'decimal'))
  t.equal(form(23.45), 'c48221190929')
  t.equal(form(-16.99), 'c482213906a2')
  t.equal(form(0.1), 'c4822001')
  t.equal(form(-2.4), 'c482203 7'.replace(' ', ''), 'a mantissa of -24 takes one byte')
  t.equal(form(21.5), 'f94d60', 'a half is shorter')
  t.equal(form(20), '14')
  t.equal(form(1e-19), 'fb3bfd83c94fb6d2ac', 'beyond the exponents taken')
  t.equal(form(1 / 3), 'fb3fd5555555555555', 'a double is shorter')
  t.equal(form(1e22), 'fb4480f0cf064dd592', 'beyond 10^18')
  t.equal(form(1e18), 'c4821201', 'ten to the eighteenth')
  const read = (hex: string): CborValue => readCbor(bytesOfHex(hex), limits)
  t.equal(numberOf(read('c48221190929')), 23.45)
  t.equal(numberOf(read('c482203863')), -10)
  t.equal(numberOf(read('c482121b001fffffffffffff')), 9007199254740991e18)
  t.equal(numberOf(read('c482311b001fffffffffffff')), 9007199254740991e-18)
  t.strictSame(read('c4820005'), new DecimalFraction(0, 5), 'a whole one is no integer')
  t.equal(hexOfBytes(writeCbor(new DecimalFraction(0, 5))), 'c4820005')
  t.equal(numberOf('5'), undefined)
})

t.test('a key is written alike each time', async (t) => {
  const map = new Map<number | string, number>([
    ['id', 1],
    [0, 2],
    ['0', 3]
  ])
  for (const time of ['first', 'again']) t.equal(hexOfBytes(writeCbor(map)), 'a3000261300362696401', time)
})

t.test('what has no place on the wire', async (t) => {
  const values = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '\ud800',
    '\uFEFFa',
    new Map([[1.5, 0]]),
    new Map([[2 ** 53, 0]])
  ]
  for (const value of [...values, null, undefined, 1n, {}] as CborValue[]) {
    t.throws(() => writeCbor(value), { code: 'bad-cbor' })
  }
})

t.test('byte strings are copies, plain, and their own', async (t) => {
  const source = Buffer.from('8143010203', 'hex')
  const [part] = readCbor(source, limits) as Uint8Array[]
  source.fill(0)
  t.strictSame(part, Uint8Array.of(1, 2, 3))
  t.equal(part?.buffer.byteLength, 3)
  t.notOk(Buffer.isBuffer(part))
})

t.test('random values come back, in either form', async (t) => {
  const random = seeded(2)
  for (let i = 0; i < 3000; i++) {
    const value = randomValue(random, 0)
    for (const form of ['float', 'decimal'] as const) {
      const bytes = writeCbor(value, form)
      const read = readCbor(bytes, limits)
      if (!isDeepStrictEqual(plain(read), value)) t.fail(hexOfBytes(bytes))
      if (hexOfBytes(writeCbor(read, form)) !== hexOfBytes(bytes))
        t.fail(`written again: ${hexOfBytes(bytes)}`)
    }
  }
  t.pass('3,000 values')
})

/** Decimal fractions as the numbers that they stand for. */
function plain(value: CborValue): CborValue {
  if (Array.isArray(value)) return value.map(plain)
  if (isCborMap(value)) return new Map(value.entries().map(([key, item]) => [key, plain(item)]))
  return numberOf(value) ?? value
}

function randomValue(random: () => number, depth: number): CborValue {
  const kind = Math.floor(random() * (depth < 3 ? 8 : 6))
  const some = <T>(make: (i: number) => T): T[] =>
    Array.from({ length: Math.floor(random() * 40) }, (_, i) => make(i))
  if (kind === 0) return Math.floor((random() - 0.5) * 2 ** (random() * 54)) + 0
  if (kind === 1) return (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300)
  if (kind === 2) return Number(((random() - 0.5) * 1000).toFixed(2)) + 0
  if (kind === 3) return random() < 0.5
  if (kind === 4) return Uint8Array.from(some(() => random() * 256))
  if (kind === 5)
    return (
      some(() => String.fromCodePoint(0x20 + Math.floor(random() ** 4 * 0x6000))).join('') +
      (random() < 0.3 ? '😀' : '')
    )
  if (kind === 6) return some(() => randomValue(random, depth + 1)).slice(0, 5)
  return new Map(
    some((i) => [i % 2 === 0 ? i - 8 : `k${i}`, randomValue(random, depth + 1)] as const).slice(0, 5)
  )
}
