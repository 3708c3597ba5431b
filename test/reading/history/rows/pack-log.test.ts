import t from 'tap'
import { PackLog } from '../../../../src/reading/history/rows/pack-log.ts'
import { readingsOf, runOf, them, topic } from '../../../support/history.ts'
import { seeded } from '../../../support/readings.ts'

const run = runOf(7)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

t.test('signed packs come back bit by bit, in a third of their size', async (t) => {
  const packs = Array.from({ length: 300 }, (_, i) => them.pack(topic, readingsOf(them.peer, run, i, i)))
  const log = new PackLog()
  for (const [i, { bytes }] of packs.entries()) log.append(i, i, bytes)
  t.same(
    Array.from(log.packs(), ({ bytes }) => hex(bytes)),
    packs.map(({ bytes }) => hex(bytes))
  )
  const size = packs.reduce((sum, { bytes }) => sum + bytes.length, 0)
  t.ok(log.size < size / 2, `${log.size} of ${size}`)
  t.same(
    Array.from(log.packs(298), ({ from }) => from),
    [298, 299]
  )
  t.equal(hex(log.last()?.bytes ?? new Uint8Array()), hex(packs[299]?.bytes ?? new Uint8Array()))
  const rest = log.filter(({ from }) => from >= 100)
  t.equal(rest.count, 200)
  t.same(
    Array.from(rest.packs(), ({ bytes }) => hex(bytes)),
    packs.slice(100).map(({ bytes }) => hex(bytes))
  )
})

t.test('any bytes of any length', async (t) => {
  const random = seeded(5)
  const log = new PackLog()
  const base = Buffer.from(Array.from({ length: 40 }, () => Math.floor(random() * 256)))
  const all = Array.from({ length: 400 }, () => {
    const bytes = Buffer.from(base.subarray(0, Math.floor(random() * 41)))
    for (let n = 0; n < 4 && bytes.length > 0; n++)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    return bytes
  })
  for (const [i, bytes] of all.entries()) log.append(3 * i, 3 * i + 1, bytes)
  t.same(
    Array.from(log.packs(), ({ bytes }) => hex(bytes)),
    all.map(hex)
  )
  t.same([log.has(0), log.has(1), log.has(2), log.has(3)], [true, true, false, true])
})
