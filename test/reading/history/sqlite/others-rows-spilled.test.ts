import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import { OthersRows } from '../../../../src/reading/history/sqlite/others-rows.ts'
import { sizeOfPart, Tails } from '../../../../src/reading/history/sqlite/tails.ts'
import type { StoredSealed } from '../../../../src/reading/history/store/sealed-table.ts'
import { createSealer } from '../../../../src/reading/signed/sealer.ts'
import { DEVICES, readingsOf, runOf, them, topic, us, widePacks } from '../../../support/history.ts'
import { allQuantities, testSigner } from '../../../support/readings.ts'

const run = runOf(10)
const other = createSealer(testSigner(3), allQuantities).peer

function rowsBench(count: number, packs: number, bytes = 2 ** 26) {
  const clock = new VirtualClock()
  const tails = new Tails(() => -1)
  const kept: StoredSealed[] = []
  /** Packs that were in memory beside what was kept, at most. */
  let beside = 0
  const keep = (stored: StoredSealed): void => {
    kept.push(stored)
    for (const { series, run } of stored.ranges)
      beside = Math.max(beside, tails.find(series, run)?.seals.count ?? 0)
  }
  const limits = { flush: 60_000, blockAge: 900_000, sealBytes: 2 ** 28, bytes }
  const others = new OthersRows({ clock, tails, peer: us.peer, limits, arrival: () => 0, keep })
  for (let device = 0; device < count; device++) {
    const readings = readingsOf(them.peer, run, 0, packs - 1, `d${device}`)
    for (const reading of readings)
      others.take({ kind: 'pack', topic, author: them.peer, bytes: new Uint8Array(80), readings: [reading] })
  }
  return { clock, tails, others, kept, beside: () => beside }
}

t.test('packs that no block replaces are taken some at a time, and of a tail all at once', async (t) => {
  const { clock, tails, others, kept, beside } = rowsBench(10, 50)
  t.notOk(others.settle(100), 'none is old enough')
  t.equal(kept.length, 0)
  await clock.advance(31 * 60_000)
  for (let turn = 1; turn <= 5; turn++) {
    t.equal(others.settle(100), turn < 5)
    t.equal(kept.length, turn * 100)
  }
  t.equal(beside(), 0, 'no seal that remains is written anew')
  t.equal(tails.rows, 0)
  t.equal(tails.sealBytes, 0)
  t.ok(kept.every(({ kind, ranges }) => kind === 'pack' && ranges.length === 1))
})

t.test('a tail of many packs is taken in parts, until the whole of it is gone', async (t) => {
  const { clock, tails, others, kept } = rowsBench(2, 1000)
  await clock.advance(29 * 60_000)
  // Rows that are newer go with the others of their tail.
  for (const device of ['d0', 'd1']) {
    const [reading] = readingsOf(them.peer, run, 1000, 1000, device)
    if (reading !== undefined)
      others.take({ kind: 'pack', topic, author: them.peer, bytes: new Uint8Array(80), readings: [reading] })
  }
  await clock.advance(2 * 60_000)
  for (let turn = 1; turn <= 8; turn++) {
    t.equal(others.settle(256), turn < 8)
    t.equal(kept.length, Math.min(2002, 256 * turn))
    t.equal(tails.rows, 2002 - kept.length, 'rows go with their packs')
  }
  t.same(
    new Set(kept.slice(0, 1001).map(({ ranges: [range] }) => range?.series)),
    new Set([`${them.peer}/d0/temperature`]),
    'one tail after the other'
  )
  t.equal(tails.sealBytes, 0)
})

t.test('rows that have no seal stay where packs beside them go', async (t) => {
  const { tails, others, kept } = rowsBench(1, 10)
  const tail = tails.find(`${them.peer}/d0/temperature`, run)
  if (tail === undefined) throw new Error('no tail')
  tails.append(tail, readingsOf(them.peer, run, 10, 19, 'd0'), 0)
  tails.seal(tail, 12, 13, new Uint8Array(80))
  tails.seal(tail, 14, 14, new Uint8Array(80))
  tails.seal(tail, 17, 17, new Uint8Array(80))
  others.settleAway()
  t.equal(kept.length, 13)
  t.same(
    tail.readings(0).map(({ position }) => position.seq),
    [10, 11, 15, 16, 18, 19]
  )
})

t.test('an end puts a bounded number of packs on disk, whole tails of the smallest first', async (t) => {
  const { tails, others, kept } = rowsBench(10, 1000)
  others.settleAway()
  t.equal(kept.length, 8000)
  t.equal(tails.rows, 2000, 'the others are written as rows')
})

t.test('rows that take more than a quarter of the store are kept without a block at once', async (t) => {
  const { tails, others, kept } = rowsBench(20, 200, 20_000)
  const size = (): number => tails.bytesOf(them.peer, sizeOfPart)
  t.ok(size() > 5000, `${size()} bytes`)
  others.settle(Infinity)
  t.ok(size() <= 5000 && size() > 2500, `${size()} bytes`)
  t.equal(kept.length + tails.rows, 4000, 'nothing is lost')
})

t.test('a pack of many series is in memory once, until all of them have their block', async (t) => {
  const { tails, others, kept } = rowsBench(0, 0)
  const packs = widePacks(20)
  for (const pack of packs) others.take(pack)
  const size = packs.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const most = tails.sealBytes
  t.ok(most > size && most < size + 20 * 8 * 150, `${most} of ${size}`)
  for (const device of DEVICES.slice(1)) tails.cut(`${them.peer}/${device}/temperature`, run, 0, 19)
  t.ok(tails.sealBytes > size, 'the last still needs them')
  tails.cut(`${them.peer}/d0/temperature`, run, 0, 9)
  t.ok(tails.sealBytes > size / 2 && tails.sealBytes < most / 2)
  tails.cut(`${them.peer}/d0/temperature`, run, 10, 19)
  t.equal(tails.sealBytes, 0)
  t.equal(tails.oldestSealed(), undefined)

  for (const pack of widePacks(30).slice(20)) others.take(pack)
  others.settleAway()
  t.same(
    kept.map(({ ranges }) => ranges.length),
    Array.from({ length: 10 }, () => 8)
  )
  t.equal(tails.sealBytes, 0)
  t.equal(tails.rows, 0)
})

t.test('seals go first of the author that has the most, and there of the longest waiting', async (t) => {
  const { tails, others } = rowsBench(0, 0)
  const put = (author: string, device: string, seq: number): void => {
    const readings = readingsOf(author, run, seq, seq, device)
    others.take({ kind: 'pack', topic, author, bytes: new Uint8Array(80), readings })
  }
  put(other, 'first', 0)
  for (let seq = 0; seq < 5; seq++) for (const device of ['a', 'b', 'c']) put(them.peer, device, seq)
  const first = (): string | undefined => tails.oldestSealed()?.series.split('/')[1]
  t.equal(first(), 'a')
  tails.cut(`${them.peer}/a/temperature`, run, 3, 4)
  t.equal(first(), 'a', 'its oldest seals are there')
  tails.cut(`${them.peer}/a/temperature`, run, 0, 0)
  t.equal(first(), 'b')
})

t.test(
  'a memory that is full loses the oldest rows of the author with the most, no more than it must',
  (t) => {
    const { tails, others } = rowsBench(1, 4000)
    const put = (author: string, device: string, seq: number): void => {
      const readings = readingsOf(author, run, seq, seq, device)
      others.take({ kind: 'pack', topic, author, bytes: new Uint8Array(80), readings })
    }
    for (let seq = 0; seq < 100; seq++) put(other, 'first', seq)
    const [most, few] = [tails.find(`${them.peer}/d0/temperature`, run), tails.ofAuthor(other)[0]]
    if (most === undefined || few === undefined) throw new Error('no tail')
    const written = most.parts[1]
    if (written === undefined) throw new Error('one part')
    written.chunk = 1
    const before = tails.unwritten
    others.shrink(1000)
    const gone = before - tails.unwritten
    t.ok(gone >= 1000 && gone < 3000, `${gone} bytes`)
    t.ok(most.has(written.from) && most.has(written.to), 'what is written stays')
    t.notOk(most.has(0))
    t.ok(most.has(3999))
    t.equal(few.rows, 100)
    others.shrink(Infinity)
    t.equal(tails.unwritten, 0)
    t.equal(tails.rows, written.to - written.from + 1)
    t.end()
  }
)
