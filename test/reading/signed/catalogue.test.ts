import t from 'tap'
import { readCbor } from '../../../src/cbor/read.ts'
import { type CborMap, type CborValue, DecimalFraction } from '../../../src/cbor/value.ts'
import { writeCbor } from '../../../src/cbor/write.ts'
import { type Catalogue, type CatalogueSeries, isRestricted } from '../../../src/reading/signed/catalogue.ts'
import { decodeCatalogue } from '../../../src/reading/signed/catalogue-read.ts'
import { encodeCatalogue } from '../../../src/reading/signed/catalogue-write.ts'
import { isPackError } from '../../../src/reading/signed/pack-error.ts'
import { metaOf, seeded, testSigner } from '../../support/readings.ts'

const { peer } = testSigner()
const catalogue = metaOf(peer)
const [air, door] = catalogue.series

const limits = { maxBytes: 16_384, maxDepth: 4, maxItems: 0 }

t.strictSame(decodeCatalogue(encodeCatalogue(catalogue), peer), catalogue, 'comes back')
const bare: Catalogue = { ...catalogue, purposes: [], series: [], runs: [] }
t.strictSame(decodeCatalogue(encodeCatalogue(bare), peer), bare, 'with nothing in it')

/** The catalogue with some of its fields replaced. */
function altered(
  fields: Record<string, CborValue | undefined>,
  of: CborMap = readMeta()
): Map<number | string, CborValue> {
  const map = new Map(of)
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) map.delete(key)
    else map.set(key, value)
  }
  return map
}

function readMeta(): CborMap {
  return readCbor(encodeCatalogue(catalogue), limits) as CborMap
}

function withSeries(fields: Record<string, CborValue | undefined>): CborMap {
  const [one] = readMeta().get('series') as readonly CborMap[]
  return altered({ series: [altered(fields, one)] })
}

function flaw(value: CborValue): string {
  try {
    decodeCatalogue(writeCbor(value), peer)
    return 'none'
  } catch (error) {
    if (isPackError(error)) return error.why
    throw error
  }
}

const boot = new Uint8Array(8)
const time = 1_790_000_000
const one = new DecimalFraction(0, 1)
const refusals: readonly [string, string, CborValue][] = [
  ['form', 'not a map', 5],
  ['items', 'an array', [1]],
  ...['rev', 'ep', 'boot', 'name', 'purposes', 'version', 'mono', 'series', 'runs'].map(
    (key): [string, string, CborValue] => [
      { rev: 'position', ep: 'run', boot: 'run', mono: 'time' }[key] ?? 'form',
      `no ${key}`,
      altered({ [key]: undefined })
    ]
  ),
  ['position', 'a negative rev', altered({ rev: -1 })],
  ['run', 'a short boot', altered({ boot: new Uint8Array(7) })],
  ['form', 'a name as number', altered({ name: 5 })],
  ['form', 'a long name', altered({ name: 'x'.repeat(201) })],
  ['form', 'a name that clears the screen', altered({ name: '\u001b[2J' })],
  ['form', 'a purpose as number', altered({ purposes: [5] })],
  ['items', '17 purposes', altered({ purposes: Array.from({ length: 17 }, () => 'a') })],
  ['items', '257 runs', altered({ runs: Array.from({ length: 257 }, () => 0) })],
  ['form', 'a series as text', altered({ series: ['a'] })],
  ['name', 'another’s series', withSeries({ name: `${testSigner(8).peer}/hall/temperature` })],
  ['name', 'no series name', withSeries({ name: 'hall' })],
  ['form', 'no state', withSeries({ state: undefined })],
  ['form', 'private that is not true', withSeries({ private: false })],
  ['interval', 'no interval', withSeries({ interval: undefined })],
  ['form', 'a range of one', withSeries({ range: [1] })],
  ['value', 'a range of texts', withSeries({ range: ['a', 'b'] })],
  ['value', 'a range from above', withSeries({ range: [2, 1] })],
  ['value', 'a negative accuracy', withSeries({ accuracy: -1 })],
  ['form', 'an oldest without seq', withSeries({ oldest: [1, boot] })],
  ['run', 'an oldest without boot', withSeries({ oldest: [1, 2, 3] })],
  ['form', 'a short run', altered({ runs: [[1, boot, 0]] })],
  ['time', 'an unknown time', altered({ runs: [[1, boot, 0, time, 1, 2]] })],
  ['time', 'a time of 1970', altered({ runs: [[1, boot, 0, 0, 1, 0]] })],
  ['time', 'a bound of -2', altered({ runs: [[1, boot, 0, time, -2, 0]] })],
  ['time', 'a negative mono', altered({ runs: [[1, boot, -1, time, 1, 0]] })],
  ['position', 'rev as a decimal fraction', altered({ rev: one })],
  ['run', 'ep as a decimal fraction', altered({ ep: one })],
  ['run', 'boot as a decimal fraction', altered({ boot: one })],
  ['form', 'a name as a decimal fraction', altered({ name: one })],
  ['form', 'a purpose as a decimal fraction', altered({ purposes: [one] })],
  ['form', 'a unit as a decimal fraction', withSeries({ unit: one })],
  ['depth', 'an oldest ep as a decimal fraction', withSeries({ oldest: [one, boot, 3] })],
  ['depth', 'an oldest seq as a decimal fraction', withSeries({ oldest: [1, boot, one] })],
  ['run', 'ep of a run as a decimal fraction', altered({ runs: [[one, boot, 0, time, 1, 0]] })],
  ['time', 'tq as a decimal fraction', altered({ runs: [[1, boot, 0, time, 1, one]] })]
]
for (const [why, name, value] of refusals) t.equal(flaw(value), why, `${why}: ${name}`)
t.equal(flaw(altered({ other: 1 })), 'none', 'other keys are ignored')
t.equal(flaw(altered({ mono: one, runs: [[1, boot, one, time, one, 0]] })), 'none', 'numbers may be')
t.equal(flaw(withSeries({ interval: one, accuracy: one })), 'none', 'numbers of a series may be')

t.test('what no catalogue can carry', async (t) => {
  const series = (count: number): Catalogue => ({
    ...catalogue,
    series: Array.from({ length: count }, () => air as CatalogueSeries)
  })
  t.throws(() => encodeCatalogue(series(257)), { code: 'bad-pack', why: 'items' })
  t.throws(() => encodeCatalogue(series(200)), { code: 'bad-pack', why: 'size' })
  t.throws(() => encodeCatalogue({ ...catalogue, name: 'x'.repeat(201) }), {
    code: 'bad-pack',
    why: 'length'
  })
  t.throws(() => encodeCatalogue({ ...catalogue, mono: Number.NaN }), { code: 'bad-pack', why: 'number' })
  t.throws(() => encodeCatalogue({ ...catalogue, name: 'a\u0007' }), { code: 'bad-pack', why: 'form' })
  t.equal(door?.unit, null)
})

t.test('what a driver says wrongly of its chip is left out', async (t) => {
  const wrong: Partial<CatalogueSeries>[] = [
    { range: [-Infinity, Infinity], accuracy: Number.NaN },
    { range: [2, 1], accuracy: -1 }
  ]
  for (const part of wrong) {
    const series = [{ ...(air as CatalogueSeries), ...part }]
    const [read] = decodeCatalogue(encodeCatalogue({ ...catalogue, series }), peer).series
    t.equal(read?.range, undefined)
    t.equal(read?.accuracy, undefined)
    t.equal(read?.interval, air?.interval)
  }
})

t.test('cut short or mutated: refused or read, never anything else', async (t) => {
  const payload = encodeCatalogue(catalogue)
  const random = seeded(7)
  let read = 0
  for (let i = 0; i < payload.length + 20_000; i++) {
    const bytes = payload.slice(0, i)
    if (i > payload.length) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    try {
      decodeCatalogue(bytes, peer)
      read++
    } catch (error) {
      if (!isPackError(error)) throw error
    }
    if (i < payload.length && read > 0) t.fail(`read when cut to ${i} bytes`)
  }
  t.ok(read > 1000 && read < 19_000, `${read} read`)
})

t.test('a catalogue that names private series is for its asker alone', async (t) => {
  t.equal(isRestricted(catalogue), false)
  const series = catalogue.series.map((one, i) => (i === 1 ? { ...one, private: true as const } : one))
  const read = decodeCatalogue(encodeCatalogue({ ...catalogue, series }), peer)
  t.same(read, { ...catalogue, series })
  t.equal(isRestricted(read), true)
})
