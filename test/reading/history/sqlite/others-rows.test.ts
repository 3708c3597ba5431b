import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import type { SqliteHistory } from '../../../../src/reading/history/sqlite/sqlite-history.ts'
import {
  DEVICES,
  historyBench,
  readingsOf,
  runOf,
  smallLimits,
  them,
  topic,
  us,
  widePacks
} from '../../../support/history.ts'

const run = runOf(10)
const theirs = `${them.peer}/hall/temperature`
const all = { items: 10_000, bytes: 10 ** 9 }

function putOnes(history: SqliteHistory, from: number, to: number): void {
  for (let seq = from; seq <= to; seq++) history.put(them.pack(topic, readingsOf(them.peer, run, seq, seq)))
}

const shapes = (history: SqliteHistory): string[] =>
  history.items(theirs, undefined, all).items.map(({ kind, from, to }) => `${kind} ${from}-${to}`)

const unsealed = (history: SqliteHistory): number =>
  history.readings({ series: theirs, limit: 10_000 }).filter((reading) => reading.unsealed).length

const block = (from: number, to: number) => them.block(topic, readingsOf(them.peer, run, from, to))

const kept = (path: string, what: string): number => {
  const db = new DatabaseSync(path, { readOnly: true })
  const { n } = db.prepare(`SELECT count(*) AS n FROM ${what}`).get() ?? {}
  db.close()
  return Number(n)
}

/** The files as a kill leaves them. @returns the path of the copy */
function killed(path: string): string {
  const copy = `${path}.killed`
  for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end)
  return copy
}

t.test('packs of one become rows on disk, and are served as signed until a block comes', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const { history, clock } = historyBench({ path })
  putOnes(history, 0, 99)
  await clock.advance(60_000)
  t.equal(kept(path, 'sealed'), 0)
  t.ok(kept(path, 'chunks') > 0)
  t.equal(shapes(history).length, 100)
  for (const item of history.items(theirs, undefined, all).items)
    t.ok(item.kind === 'pack' && us.isGenuine('pack', item.bytes))
  t.same(history.readings({ series: theirs, limit: 999 }), readingsOf(them.peer, run, 0, 99))
  history.put(block(0, 63))
  t.same(shapes(history).slice(0, 3), ['block 0-63', 'pack 64-64', 'pack 65-65'])
  history.put(block(64, 99))
  await clock.advance(120_000)
  t.same(shapes(history), ['block 0-63', 'block 64-99'])
  t.equal(kept(path, 'chunks'), 0, 'rows go once their block is on disk')
  history.close()
})

t.test(
  'after a kill rows without their seals are shown, marked, served to nobody, and completed',
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const first = historyBench({ path })
    putOnes(first.history, 0, 299)
    await first.clock.advance(60_000)
    const copy = killed(path)
    first.history.close()

    const { history, clock } = historyBench({ path: copy })
    const readings = readingsOf(them.peer, run, 0, 299)
    t.same(
      history.readings({ series: theirs, limit: 999 }),
      readings.map((reading) => ({ ...reading, unsealed: true }))
    )
    t.same(shapes(history), [], 'never as signed')
    t.same([...history.latest()], [])
    t.match(history.held(theirs), [{ ranges: [[0, 299]] }], 'each reading counts once')
    t.same(history.unsealed(theirs), [{ series: theirs, run, from: 0, to: 299 }])
    putOnes(history, 300, 309)
    t.same(history.unsealed(theirs), [{ series: theirs, run, from: 0, to: 299 }])

    history.put(block(0, 99))
    history.put(them.pack(topic, readingsOf(them.peer, run, 100, 119)))
    t.same(history.unsealed(theirs), [{ series: theirs, run, from: 120, to: 299 }])
    t.equal(unsealed(history), 180)
    t.same(shapes(history).slice(0, 3), ['block 0-99', 'pack 100-119', 'pack 300-300'])

    // Nobody has the rest: it is kept, and still marked.
    await clock.advance(31 * 60_000)
    t.equal(kept(copy, 'chunks'), 0)
    t.equal(unsealed(history), 180)
    t.same(history.unsealed(theirs), [{ series: theirs, run, from: 120, to: 299 }])
    t.equal(history.firstPack(theirs, { ...run, seq: 130 })?.seq, 120)
    history.close()

    const last = historyBench({ path: copy }).history
    t.equal(unsealed(last), 180)
    last.put(block(150, 199))
    last.flush()
    t.same(
      last.unsealed(theirs).map(({ from, to }) => [from, to]),
      [
        [120, 149],
        [200, 299]
      ]
    )
    last.put(block(120, 299))
    last.flush()
    t.equal(unsealed(last), 0)
    t.same(last.unsealed(theirs), [])
    t.same(last.readings({ series: theirs, limit: 999 }), readingsOf(them.peer, run, 0, 309))
    t.equal(kept(copy, 'sealed WHERE id < 0'), 0)
    last.close()
  }
)

t.test(
  'where no block comes the packs go to disk as they are, also at an end that is no crash',
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const { history, clock } = historyBench({ path })
    putOnes(history, 0, 19)
    await clock.advance(31 * 60_000)
    t.equal(kept(path, 'sealed'), 20)
    putOnes(history, 20, 29)
    history.close()
    t.equal(kept(path, 'sealed'), 30)
    t.equal(kept(path, 'chunks'), 0)
    const again = historyBench({ path }).history
    t.equal(shapes(again).length, 30)
    t.equal(unsealed(again), 0)
    again.close()
  }
)

t.test(
  'seals are bounded: those of an author whose blocks come are let go, the others go to disk',
  async (t) => {
    for (const hasBlocks of [true, false]) {
      const path = join(t.testdir(), `history-${hasBlocks}.sqlite`)
      const limits = {
        ...{ flush: 60_000, flushBytes: 2 ** 20, blockAge: 900_000, age: 30 * 86_400_000 },
        ...{ bytes: 2 ** 26, memoryBytes: 2 ** 22, sealBytes: 20_000 }
      }
      const { history } = historyBench({ path, limits })
      putOnes(history, 0, 63)
      if (hasBlocks) history.put(block(0, 63))
      putOnes(history, 64, 499)
      history.flush()
      t.equal(history.readings({ series: theirs, limit: 999 }).length, 500)
      t.ok(
        hasBlocks ? unsealed(history) > 100 : unsealed(history) === 0,
        `${unsealed(history)} without seals`
      )
      if (hasBlocks) t.ok(kept(path, 'sealed') === 1)
      else t.ok(kept(path, 'sealed') > 100)
      history.close()
    }
  }
)

t.test('what waits for a block is named once there is one', async (t) => {
  const { history, clock } = historyBench()
  putOnes(history, 0, 254)
  t.same(history.waiting(), [])
  putOnes(history, 255, 260)
  t.same(history.waiting(), [{ series: theirs, run, from: 0, to: 260 }])
  history.put(block(0, 255))
  t.same(history.waiting(), [])
  await clock.advance(17 * 60_000)
  t.same(history.waiting(), [{ series: theirs, run, from: 256, to: 260 }], 'also what is old enough')
  history.close()
})

t.test('a flush of many blocks is done in turns, of which each writes few', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const { history, clock } = historyBench({ path })
  for (let i = 0; i < 100; i++) history.put(block(4 * i, 4 * i + 3))
  let isOver = false
  const counts: number[] = []
  const flushed = clock.advance(60_000).then(() => {
    isOver = true
  })
  for (let turns = 0; turns < 200 && (!isOver || (counts.at(-1) ?? 0) < 100); turns++) {
    counts.push(kept(path, 'sealed'))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await flushed
  const steps = counts.map((count, i) => count - (counts[i - 1] ?? 0))
  t.equal(counts.at(-1), 100)
  t.ok(Math.max(...steps) <= 64, `${Math.max(...steps)}`)
  t.same(shapes(history).length, 100)
  history.close()
})

/** Rows of another in so many tails, each with so many packs of one reading, whose bytes nobody reads. */
t.test('an author whose blocks hold all that came is known to make blocks', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const { history } = historyBench({ path, limits: { ...smallLimits, sealBytes: 20_000 } })
  putOnes(history, 0, 63)
  history.put(block(0, 63))
  history.flush()
  putOnes(history, 64, 499)
  history.flush()
  t.equal(kept(path, 'sealed'), 1, 'no pack goes to disk')
  t.ok(unsealed(history) > 100)
  history.close()
})

t.test('a pack of many series goes to disk once, and is served for each of them', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const { history } = historyBench({ path })
  for (const pack of widePacks(20)) history.put(pack)
  history.put(them.block(topic, readingsOf(them.peer, run, 0, 9, 'd3')))
  history.close()
  t.equal(kept(path, "sealed WHERE kind = 'pack'"), 20)
  const again = historyBench({ path }).history
  for (const device of DEVICES) {
    const series = `${them.peer}/${device}/temperature`
    t.same(again.readings({ series, limit: 99 }), readingsOf(them.peer, run, 0, 19, device))
    const { items } = again.items(series, undefined, all)
    t.equal(items.length, device === 'd3' ? 11 : 20)
    t.ok(items.every((item) => item.kind !== 'lost' && us.isGenuine(item.kind, item.bytes)))
  }
  again.close()
})
