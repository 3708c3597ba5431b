import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import type { HistoryLimits } from '../../../../src/reading/history/limits.ts'
import { decodeRows } from '../../../../src/reading/history/rows/row-codec.ts'
import { readChunk } from '../../../../src/reading/history/store/chunk-table.ts'
import {
  copied,
  historyBench,
  keptLog,
  noisy,
  readingsOf,
  runOf,
  smallLimits,
  them,
  topic,
  us
} from '../../../support/history.ts'

const run = runOf(10)
const ANCHOR = { mono: 0, unix: 1_767_225_600, quality: 0 } as const
const devices = ['a', 'b', 'c', 'd']
const seriesOf = (device: string, peer = us.peer): string => `${peer}/${device}/temperature`

/** Changes the first chunk of a file. */
function change(path: string, work: (bytes: Buffer) => Buffer): void {
  const db = new DatabaseSync(path)
  const row = db.prepare('SELECT id, bytes FROM chunks ORDER BY id LIMIT 1').get()
  const bytes = Buffer.from(row?.['bytes'] as Uint8Array)
  db.prepare('UPDATE chunks SET bytes = ? WHERE id = ?').run(work(bytes), Number(row?.['id']))
  db.close()
}

t.test(
  'a chunk whose heads are damaged or that is cut: what is lost is said, and nothing else is taken for it',
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const { history, clock } = historyBench({ path })
    history.beginRun(run, ANCHOR)
    for (const device of devices) history.appendOwn(readingsOf(us.peer, run, 0, 5, device))
    await clock.advance(60_000)
    const cases: [string, (bytes: Buffer) => Buffer][] = [
      ['first', (bytes) => Buffer.from(bytes.map((byte, i) => (i === 8 ? 1 : byte)))],
      ['last', (bytes) => Buffer.from(bytes.map((byte, i) => (i === 9 ? 0x7f : byte)))],
      ['length', (bytes) => Buffer.from(bytes.map((byte, i) => (i === 10 ? 0xff : byte)))],
      ['cut', (bytes) => bytes.subarray(0, bytes.length - 3)],
      ['zero', (bytes) => bytes.fill(0)]
    ]
    for (const [name, work] of cases) {
      const copy = copied(path, name)
      change(copy, work)
      const log = keptLog()
      const { history: other } = historyBench({ path: copy, log })
      const ranges = devices.flatMap((device) => other.held(seriesOf(device)).flatMap((held) => held.ranges))
      t.ok(ranges.length < devices.length, name)
      t.same(
        ranges,
        ranges.map(() => [0, 5]),
        `${name}: only as it was written`
      )
      t.ok((other.status().damage?.lost ?? 0) > 0, `${name} is in the status`)
      t.ok(log.lines.some(({ level, message }) => level === 'error' && message.includes('are damaged')))
      other.close()
    }
    history.close()
  }
)

function query(path: string, sql: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true })
  const rows = db.prepare(sql).all()
  db.close()
  return rows.map((row) => ({ ...row }))
}

/** Virtual time of a process that starts this many milliseconds after the first one. */
const startedAfter = (ms: number): VirtualClock => new VirtualClock({ now: Date.UTC(2026, 0, 1) + ms })

t.test('rows keep their age over a restart: those of an author that is gone are kept for good', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const theirs = seriesOf('hall', them.peer)
  const { history, clock } = historyBench({ path })
  history.put(them.pack(topic, readingsOf(them.peer, run, 0, 9)))
  await clock.advance(60_000)
  const settled = async (minutes: number): Promise<unknown> => {
    const copy = copied(path, `after-${minutes}`)
    const bench = historyBench({ path: copy, clock: startedAfter(minutes * 60_000) })
    t.equal(bench.history.readings({ series: theirs, limit: 20 }).length, 10)
    await bench.clock.advance(60_000)
    const rows = query(copy, 'SELECT readings FROM readings')
    bench.history.close()
    return rows
  }
  t.same(await settled(20), [], 'its author may still have a block of them')
  t.same(await settled(40), [{ readings: 10 }])
  history.close()
})

/** A few rows of one series keep the chunk that another, whose block is full, has rows in, too. */
async function slowAndFast(t: Test, changes: Partial<HistoryLimits>) {
  const path = join(t.testdir(), 'history.sqlite')
  const limits = { ...smallLimits, blockAge: 86_400_000, ...changes }
  const { history, clock } = historyBench({ path, limits })
  history.beginRun(run, ANCHOR)
  history.appendOwn(readingsOf(us.peer, run, 0, 3, 'slow'))
  history.appendOwn(readingsOf(us.peer, run, 0, 90, 'fast'))
  await clock.advance(60_000)
  history.appendOwn(readingsOf(us.peer, run, 91, 255, 'fast'))
  return { path, history, clock, limits }
}

t.test('rows that retention deleted do not return, nor become those of another series', async (t) => {
  const { path, history, clock, limits } = await slowAndFast(t, { age: 3_600_000 })
  await clock.advance(60_000)
  t.equal(query(path, 'SELECT id FROM sealed').length, 1)
  for (const seq of [4, 5]) {
    await clock.advance(2 * 3_600_000)
    history.appendOwn(readingsOf(us.peer, run, seq, seq, 'slow'))
    await clock.advance(60_000)
  }
  t.same(query(path, 'SELECT id FROM sealed'), [], 'retention has deleted the block')
  history.appendOwn(readingsOf(us.peer, run, 1000, 1003, 'outdoor'))
  await clock.advance(60_000)
  t.same(
    query(path, 'SELECT name FROM series ORDER BY id'),
    ['fast', 'slow', 'outdoor'].map((device) => ({ name: seriesOf(device) })),
    'a number in a chunk is not given to another series'
  )
  for (const quality of [0, 2] as const) {
    const log = keptLog()
    const later = historyBench({
      path: copied(path, `time-${quality}`),
      limits,
      log,
      time: () => ({ quality, offset: 0 }),
      clock: startedAfter(clock.monotonic())
    })
    const held = (device: string) => later.history.held(seriesOf(device)).flatMap(({ ranges }) => ranges)
    t.same(held('outdoor'), [[1000, 1003]])
    t.same(held('fast'), [])
    t.same(held('slow'), [[5, 5]], 'rows without a block grow old, too')
    t.same(log.lines, [])
    later.history.close()
  }
  history.close()
})

t.test('rows that a block has are not written behind it', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const { history } = historyBench({ path })
  history.beginRun(run, ANCHOR)
  const readings = readingsOf(us.peer, run, 0, 299, 'a')
  history.appendOwn(readings)
  history.flush()
  const chunks = query(path, 'SELECT bytes FROM chunks') as { bytes: Uint8Array }[]
  const parts = chunks.flatMap(({ bytes }) => readChunk(bytes).parts)
  t.match(parts, [{ from: 256, to: 299, isWhole: true }])
  const named = { series: seriesOf('a'), unit: 'Cel', run, first: 256 }
  t.same(
    parts.flatMap(({ bytes }) => [...decodeRows(bytes, named)]),
    readings.slice(256)
  )
  history.close()
})

t.test('rows whose block was deleted to make room do not return', async (t) => {
  const { path, history, clock, limits } = await slowAndFast(t, { bytes: 60_000 })
  for (let from = 0; from < 40 * 256; from += 256) {
    const time = clock.now() / 1000
    history.appendOwn(
      noisy(readingsOf(us.peer, run, from, from + 255, 'loud')).map((reading) => ({ ...reading, time }))
    )
    await clock.advance(60_000)
  }
  t.same(query(path, `SELECT * FROM readings WHERE series = '${seriesOf('fast')}'`), [])
  const later = historyBench({
    path: copied(path, 'restarted'),
    limits,
    clock: startedAfter(clock.monotonic())
  }).history
  const held = (device: string) => later.held(seriesOf(device)).flatMap(({ ranges }) => ranges)
  t.same(held('fast'), [])
  t.same(held('slow'), [[0, 3]], 'what waits for a block stays')
  later.close()
  history.close()
})
