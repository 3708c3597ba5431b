import { chmodSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import {
  diskBench as bench,
  historyBench,
  readingsOf,
  runOf,
  smallLimits,
  us
} from '../../../support/history.ts'
import { isLocked } from '../../../support/is-locked.ts'

const anchor = { mono: 0, unix: 1_767_225_600, quality: 0 } as const
const ours = `${us.peer}/hall/temperature`
const all = { items: 1000, bytes: 10 ** 9 }
const run = runOf(10)

for (const [state, harm] of [
  ['full', 'max_page_count = 1'],
  ['read-only', 'query_only = 1']
] as const) {
  t.test(`a disk that is ${state}: measuring and serving go on, and it heals by itself`, async (t) => {
    const { history, clock, log, pragma, breakOpening } = bench(join(t.testdir(), 'history.sqlite'))
    const readings = readingsOf(us.peer, run, 0, 999)
    history.appendOwn(readings.slice(0, 100))
    history.flush()
    t.equal(history.status().state, 'ok')
    pragma(harm)
    breakOpening(Object.assign(new Error('unable to open database file'), { errcode: 14 }))
    for (let at = 100; at < 1000; at += 30) {
      history.appendOwn(readings.slice(at, Math.min(1000, at + 30)))
      await clock.advance(30_000)
    }
    t.match(history.status(), { state: /full|read-only|failing/, error: /./ })
    t.equal(
      log.lines.filter(({ level }) => level === 'warn').length <= 2,
      true,
      'says it once, not at each try'
    )
    t.same(history.readings({ series: ours, limit: 2000 }), readings, 'all are there')
    t.notOk(history.items(ours, undefined, all).items.some(({ kind }) => kind === 'lost'))
    breakOpening(undefined)
    await clock.advance(60_000)
    t.match(history.status(), { state: 'ok', error: undefined })
    t.match(log.lines.at(-1), { level: 'info', message: /written again/ })
    history.close()
    const again = historyBench({ path: join(t.testdirName, 'history.sqlite') }).history
    t.same(again.readings({ series: ours, limit: 2000 }), readings, 'and on disk')
    again.close()
  })
}

t.test('what is kept in memory is bounded, the oldest blocks go', async (t) => {
  const dir = t.testdir()
  const { history, clock } = historyBench({
    path: join(dir, 'nowhere', 'history.sqlite'),
    limits: { ...smallLimits, flushBytes: 2 ** 16, age: 1e12, memoryBytes: 200_000 }
  })
  history.beginRun(run, anchor)
  t.match(history.status(), { state: 'failing', error: /unable to open/ })
  for (let seq = 0; seq < 16_000; seq += 1000) {
    history.appendOwn(readingsOf(us.peer, run, seq, seq + 999))
    await clock.advance(60_000)
  }
  t.ok(history.status().bytes < 300_000, `${history.status().bytes} bytes`)
  const [first] = history.items(ours, undefined, all).items
  t.equal(
    first?.kind,
    'block',
    'nothing is reported as lost while the file, which may have it, cannot be read'
  )
  t.ok(first !== undefined && first.from > 0)
  t.equal(history.readings({ series: ours, limit: 100_000 }).at(-1)?.position.seq, 15_999)
  history.close()
})

t.test('the file and those beside it are for their owner alone, also where they were not', async (t) => {
  const file = join(t.testdir(), 'history.sqlite')
  const { history } = bench(file)
  history.appendOwn(readingsOf(us.peer, run, 0, 9))
  history.flush()
  const modes = () => ['', '-wal', '-shm'].map((end) => (statSync(file + end).mode & 0o777).toString(8))
  t.same(modes(), ['600', '600', '600'])
  history.close()
  chmodSync(file, 0o644)
  const again = bench(file)
  t.teardown(() => again.history.close())
  t.same(modes(), ['600', '600', '600'])
})

t.test('a file of a later kith is refused, and left as it is', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  bench(path).history.close()
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 99')
  db.close()
  t.throws(() => historyBench({ path }), {
    code: 'history-newer',
    message: /history\.sqlite has version 99/,
    hint: /./
  })
  t.ok(existsSync(path))
})

t.test('another program that holds the file only delays', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const { history, clock } = bench(path)
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  history.appendOwn(readingsOf(us.peer, run, 0, 9))
  await clock.advance(60_000)
  t.match(history.status(), { state: 'failing', error: /locked/ })
  t.equal(history.readings({ series: ours, limit: 99 }).length, 10)
  other.exec('COMMIT')
  other.close()
  await clock.advance(60_000)
  t.equal(history.status().state, 'ok')
  history.close()
})

const listsLocks = existsSync('/proc/locks')

t.test(
  'a history that could not be written for a while keeps its lock',
  { skip: !listsLocks && 'there is no /proc/locks' },
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const { history, clock } = historyBench({ path })
    history.beginRun(run, anchor)
    history.appendOwn(readingsOf(us.peer, run, 0, 9))
    history.flush()
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    history.appendOwn(readingsOf(us.peer, run, 10, 19))
    history.flush()
    t.equal(history.status().state, 'failing')
    other.exec('ROLLBACK')
    other.close()
    await clock.advance(60_000)
    history.flush()
    t.equal(history.status().state, 'ok')
    t.ok(isLocked(path))
    history.close()
  }
)
