import t from 'tap'
import { decodeRows, RowEncoder } from '../../../../src/reading/history/rows/row-codec.ts'
import type { Outcome, Reading, TimeQuality } from '../../../../src/reading/reading.ts'
import { runOf } from '../../../support/history.ts'
import { seeded } from '../../../support/readings.ts'

const run = runOf(7)
const series = 'p/hall/temperature'

type Row = Outcome & Pick<Reading, 'time' | 'quality' | 'errorBound' | 'mono' | 'interval'>

function readingsOf(rows: readonly Row[], first = 5): Reading[] {
  return rows.map((row, i) => ({ series, position: { ...run, seq: first + i }, unit: 'Cel', ...row }))
}

function encoded(readings: readonly Reading[]): Buffer {
  const rows = new RowEncoder()
  for (const reading of readings) rows.append(reading)
  return rows.written()
}

function decoded(bytes: Uint8Array, first = 5): Reading[] {
  return [...decodeRows(bytes, { series, unit: 'Cel', run, first })]
}

const ODD = [
  0,
  -0,
  1,
  -1,
  0.1,
  1 / 3,
  1e-9,
  1e-10,
  2 ** 53,
  -(2 ** 53),
  2 ** 50,
  1e300,
  -5e-324,
  Infinity,
  NaN
]

t.test('readings come back exactly as they were', async (t) => {
  const random = seeded(1)
  const pick = <T>(...of: T[]): T => of[Math.floor(random() * of.length)] as T
  const outcome = (): Outcome => {
    const kind = random()
    if (kind < 0.1)
      return { fault: { code: pick('no-acknowledge', 'busy'), text: pick('bme280 at 0x76', 'ü', '') } }
    if (kind < 0.2) return { value: random() < 0.5 }
    return { value: pick(20 + random(), Math.round(2000 * random()) / 100, pick(...ODD)) }
  }
  for (let round = 0; round < 200; round++) {
    const rows = Array.from({ length: 40 }, (_, i): Row => {
      const time = pick(
        null,
        1_767_225_600 + i,
        1_767_225_600 + i + Math.round(1000 * random()) / 1000,
        random() * 1e9
      )
      const mono = pick(undefined, 1000 * i, Math.round(random() * 1e6), random() * 1e6)
      const errorBound = pick(undefined, 0.05, random())
      const extra = {
        ...(mono === undefined ? {} : { mono }),
        ...(errorBound === undefined ? {} : { errorBound })
      }
      return {
        time,
        quality: pick<TimeQuality>(0, 1, 2),
        interval: pick(1, 60, 0.1, 1 / 3),
        ...extra,
        ...outcome()
      }
    })
    const readings = readingsOf(rows)
    const back = decoded(encoded(readings))
    // strictSame takes 0 and -0 for the same.
    if (!back.every(({ value }, i) => Object.is(value, readings[i]?.value)))
      t.fail(`values of round ${round}`)
    t.strictSame(back, readings)
  }
})

t.test('a row of a sensor takes 5 bytes or less, and the first 30', async (t) => {
  const rows = Array.from({ length: 256 }, (_, i): Row => {
    const mono = 1000 * i + (i % 3)
    const value = Math.round(16 * (20 + Math.sin(i / 40))) / 16
    return { time: 1_767_225_600 + mono / 1000, quality: 0, errorBound: 0.05, mono, interval: 1, value }
  })
  t.ok(encoded(readingsOf(rows.slice(0, 1))).length <= 30)
  t.ok(encoded(readingsOf(rows)).length / 256 < 5.5, `${encoded(readingsOf(rows)).length / 256}`)
})

t.test('bytes that no encoder wrote end in a RangeError, and never in much memory', async (t) => {
  const random = seeded(2)
  const good = encoded(
    readingsOf(Array.from({ length: 20 }, (_, i) => ({ time: i, quality: 0, interval: 1, value: i })))
  )
  for (let round = 0; round < 5000; round++) {
    const bytes = Buffer.from(good.subarray(0, Math.floor(random() * good.length)))
    for (let n = 0; n < 3; n++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    try {
      t.ok(decoded(bytes).length <= bytes.length || t.fail())
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
})
