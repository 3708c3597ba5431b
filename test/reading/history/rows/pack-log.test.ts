import t from 'tap'
import { PackLog } from '../../../../src/reading/history/rows/pack-log.ts'
import { readingsOf, runOf, them, topic } from '../../../support/history.ts'
import { seeded } from '../../../support/readings.ts'

const run = runOf(7)
const never = (): never => {
  throw new Error('it is kept as it is')
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

t.test('signed packs come back bit by bit, in a third of their size', async (t) => {
  const packs = Array.from({ length: 300 }, (_, i) => them.pack(topic, readingsOf(them.peer, run, i, i)))
  const log = new PackLog()
  for (const [i, { bytes }] of packs.entries()) log.append(i, i, bytes)
  t.same(
    Array.from(log.packs(never), ({ bytes }) => hex(bytes)),
    packs.map(({ bytes }) => hex(bytes))
  )
  const size = packs.reduce((sum, { bytes }) => sum + bytes.length, 0)
  t.ok(log.size < size / 2, `${log.size} of ${size}`)
  t.same(
    Array.from(log.packs(never, 298), ({ from }) => from),
    [298, 299]
  )
  t.equal(hex(log.last(never)?.bytes ?? new Uint8Array()), hex(packs[299]?.bytes ?? new Uint8Array()))
  const rest = log.filter(({ from }) => from >= 100)
  t.equal(rest.count, 200)
  t.same(
    Array.from(rest.packs(never), ({ bytes }) => hex(bytes)),
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
    Array.from(log.packs(never), ({ bytes }) => hex(bytes)),
    all.map(hex)
  )
  t.same([log.has(0), log.has(1), log.has(2), log.has(3)], [true, true, false, true])
})

t.test('a pack of which the signature alone is kept is made again, among others', async (t) => {
  const log = new PackLog()
  const made = (seq: number, signature: Uint8Array): Uint8Array => Buffer.concat([Buffer.of(seq), signature])
  const signatureOf = (seq: number): Uint8Array => Buffer.alloc(64, seq + 100)
  const seqs = [...Array(70).keys(), 72, 73, 76]
  for (const seq of seqs) {
    if (seq === 73) log.append(73, 75, Buffer.from('as it is'))
    else log.appendSignature(seq, signatureOf(seq))
  }
  const all = (from: number, of = log) =>
    Array.from(of.packs(made, from), ({ from, to, bytes }) => [from, to, hex(bytes)])
  const expected = seqs.map((seq) =>
    seq === 73 ? [73, 75, hex(Buffer.from('as it is'))] : [seq, seq, hex(made(seq, signatureOf(seq)))]
  )
  t.same(all(0), expected)
  t.same(all(69), expected.slice(69))
  t.same(all(75), expected.slice(71))
  t.equal(log.count, 73)
  t.same(
    [...log.ranges()],
    [0, 72, 73, 76].map((from, i) => ({ from, to: [69, 72, 75, 76][i] }))
  )
  t.same(
    [69, 70, 71, 72, 75, 76, 77].map((seq) => log.has(seq)),
    [true, false, false, true, true, true, false]
  )
  t.equal(hex(log.last(made)?.bytes ?? Buffer.alloc(0)), expected.at(-1)?.[2])
  const rest = log.filter(({ from }) => from > 40 && from !== 50)
  t.same(
    all(0, rest),
    expected.slice(41).filter(([from]) => from !== 50)
  )
  t.equal(new PackLog().last(made), undefined)
})
