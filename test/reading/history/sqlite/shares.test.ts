import { join } from 'node:path'
import t from 'tap'
import { keptBytes } from '../../../../src/reading/history/store/sealed-bytes.ts'
import type { Reading } from '../../../../src/reading/reading.ts'
import type { SealedReadings } from '../../../../src/reading/signed/sealed.ts'
import { createSealer, type Sealer } from '../../../../src/reading/signed/sealer.ts'
import {
  copied,
  historyBench,
  noisy,
  readingsOf,
  runOf,
  smallLimits,
  topic,
  us
} from '../../../support/history.ts'
import { allQuantities, seeded, testSigner } from '../../../support/readings.ts'

const run = runOf(7)
const friend = createSealer(testSigner(2), allQuantities)
const strangers = [3, 4, 5, 6].map((byte) => createSealer(testSigner(byte), allQuantities))

/** Blocks of 256 readings each, so many of one author. */
function blocks(author: Sealer, count: number): SealedReadings[] {
  return Array.from({ length: count }, (_, i) =>
    author.block(topic, readingsOf(author.peer, run, i * 256, i * 256 + 255))
  )
}

const signed = blocks(friend, 1)[0]?.bytes ?? new Uint8Array()
/** Bytes of tables without blocks, beyond those for which there is room beside full shares: the log of commands. */
const LOG = 3072
/** Bytes of a block on disk. */
const BLOCK = keptBytes(signed).length

function bench(shares = { author: 0.5, claimed: 0.25 }, bytes = 40 * BLOCK) {
  const limits = {
    ...{ flush: 60_000, flushBytes: 2 ** 20, blockAge: 900_000, age: 30 * 86_400_000 },
    ...{ bytes, memoryBytes: 40 * BLOCK, sealBytes: 2 ** 22 }
  }
  const isClaimed = (author: string): boolean => author !== friend.peer
  const { history } = historyBench({ limits, shares: { ...shares, isClaimed } })
  const held = ({ peer }: Sealer): number =>
    history
      .held(`${peer}/hall/temperature`)
      .flatMap(({ ranges }) => ranges)
      .reduce((sum, [from, to]) => sum + to - from + 1, 0) / 256
  return { history, held }
}

t.test('one author takes no more than its share, and keeps its newest', async (t) => {
  const { history, held } = bench()
  for (const block of blocks(friend, 35)) history.put(block)
  history.flush()
  t.ok(held(friend) <= 20 && held(friend) >= 18, `${held(friend)} of 35 blocks`)
  const [first] = history.held(`${friend.peer}/hall/temperature`)
  t.equal(first?.ranges.at(-1)?.[1], 35 * 256 - 1)
  t.equal(first?.ranges.length, 1, 'without a gap')
  history.close()
})

t.test('many that are stored for a claim take one share together, and nothing of the others', async (t) => {
  const { history, held } = bench(undefined, 40 * BLOCK + LOG)
  for (const block of blocks(friend, 10)) history.put(block)
  history.appendOwn(readingsOf(us.peer, run, 0, 300))
  history.flush()
  for (const [i, stranger] of strangers.entries())
    for (const block of blocks(stranger, i === 0 ? 30 : 1)) history.put(block)
  history.flush()
  t.equal(held(friend), 10)
  t.equal(held(us) * 256, 301)
  const theirs = strangers.map(held)
  t.ok(theirs.reduce((sum, count) => sum + count, 0) <= 10, `a quarter: ${theirs}`)
  t.strictSame(theirs.slice(1), [1, 1, 1], 'who takes most gives way')
  history.close()
})

t.test('without shares the whole is the only bound', async (t) => {
  const { history } = historyBench()
  for (const block of blocks(friend, 30)) history.put(block)
  history.flush()
  t.equal(history.held(`${friend.peer}/hall/temperature`)[0]?.ranges[0]?.[0], 0)
  history.close()
})

t.test('what is not admitted is not stored; our own always is', async (t) => {
  const asked: [string, number][] = []
  const { history } = historyBench({
    admits: (author, bytes) => {
      asked.push([author, bytes])
      return false
    }
  })
  for (const block of [...blocks(friend, 1), ...blocks(us, 1)]) history.put(block)
  t.strictSame(history.series(), [`${us.peer}/hall/temperature`])
  t.strictSame(asked, [[friend.peer, signed.length]])
  history.close()
})

t.test('rows that wait for a block count, and displace nothing of ours', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const limits = { ...smallLimits, bytes: 2 ** 20, sealBytes: 2 ** 24 }
  const shares = { author: 0.1, claimed: 0.1, isClaimed: () => false }
  const { history, clock } = historyBench({ path, limits, shares })
  const friends = `${friend.peer}/hall/temperature`
  history.beginRun(run, { mono: 0, unix: 1_767_225_600, quality: 0 })
  history.appendOwn(readingsOf(us.peer, run, 0, 255))
  let most = 0
  for (let minute = 0; minute < 12; minute++) {
    // A few of ours each minute: no flush is without rows that are needed.
    history.appendOwn(readingsOf(us.peer, run, 256 + minute, 256 + minute))
    for (let i = 0; i < 300; i++) {
      const seq = (minute * 300 + i) * 20
      history.put(wide(friend, noisy(readingsOf(friend.peer, run, seq, seq + 19))))
    }
    await clock.advance(60_000)
    most = Math.max(most, history.status().bytes)
  }
  t.same(history.held(`${us.peer}/hall/temperature`)[0]?.ranges, [[0, 267]])
  t.ok(most < 2 ** 19, `${most} bytes of ${2 ** 20}`)
  const held = history.held(friends)[0]?.ranges ?? []
  t.equal(held.at(-1)?.[1], 12 * 300 * 20 - 1, 'the newest are kept')
  t.equal(held.length, 1, 'without a gap')
  history.close()
})

for (const kind of ['rows', 'blocks'] as const) {
  t.test(`${kind} that a share displaced do not return after a kill`, async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const limits = { ...smallLimits, blockAge: 86_400_000, bytes: 2 ** 20, sealBytes: 2 ** 24 }
    const shares = { author: 0.02, claimed: 1, isClaimed: () => false }
    const { history, clock } = historyBench({ path, limits, shares })
    const friends = `${friend.peer}/hall/temperature`
    history.beginRun(run, { mono: 0, unix: 1_767_225_600, quality: 0 })
    // Older than all of the other: what is displaced is not older than all that is kept.
    history.appendOwn(readingsOf(us.peer, run, 0, 255))
    history.flush()
    for (let step = 0; step < 60; step++) {
      const readings = noisy(readingsOf(friend.peer, run, step * 50, step * 50 + 49))
      history.put(wide(friend, readings))
      // The chunk has a row of ours, too, so that it stays.
      history.appendOwn(readingsOf(us.peer, run, 256 + step, 256 + step, 'slow'))
      if (kind === 'rows') await clock.advance(1000)
      else {
        history.flush()
        const random = seeded(step)
        const bytes = Uint8Array.from({ length: 1000 }, () => 256 * random())
        history.put({ ...wide(friend, readings), kind: 'block', bytes })
        await clock.advance(60_000)
      }
    }
    history.flush()
    history.appendOwn(readingsOf(us.peer, run, 500, 500))
    history.flush()
    const [range = []] = history.held(friends)[0]?.ranges ?? []
    const [first = 0, last] = range
    t.ok(first > 0 && first < 2990, `from ${first}`)
    t.equal(last, 2999)
    const later = historyBench({ path: copied(path, 'killed'), limits, shares }).history
    t.same(later.held(friends)[0]?.ranges, [range])
    t.same(later.held(`${us.peer}/slow/temperature`)[0]?.ranges, [[256, 315]])
    later.close()
    history.close()
  })
}

/** A pack as if it were signed: that is checked elsewhere, and takes its time. */
function wide({ peer }: Sealer, readings: readonly Reading[]): SealedReadings {
  return { kind: 'pack', topic, author: peer, bytes: new Uint8Array(80), readings }
}
