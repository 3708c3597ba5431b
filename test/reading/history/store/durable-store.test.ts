import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import type { ClockStatus } from '../../../../src/hal/time-source.ts'
import { openDatabase, setAside } from '../../../../src/reading/history/store/database-file.ts'
import { historyBench, keptLog, readingsOf, runOf, them, topic, us } from '../../../support/history.ts'
import { isLocked } from '../../../support/is-locked.ts'

const anchor = { mono: 0, unix: 1_767_225_600, quality: 0 } as const
const ours = `${us.peer}/hall/temperature`
const all = { items: 1000, bytes: 10 ** 9 }
const run = runOf(10)

/** A file's history whose database the test can get at, as a disk would. */
function bench(path: string, pragma = 'query_only = 0') {
  const log = keptLog()
  const opened: DatabaseSync[] = []
  let broken: Error | undefined
  const { history, clock } = historyBench({
    path,
    log,
    open: (path) => {
      if (broken !== undefined) throw broken
      const db = openDatabase(path)
      db.exec(`PRAGMA ${pragma}`)
      opened.push(db)
      return db
    }
  })
  history.beginRun(run, anchor)
  return {
    history,
    clock,
    log,
    pragma: (text: string) => opened.at(-1)?.exec(`PRAGMA ${text}`),
    breakOpening: (error: Error | undefined) => {
      broken = error
    }
  }
}

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
    limits: {
      flush: 60_000,
      flushBytes: 2 ** 16,
      blockAge: 900_000,
      age: 1e12,
      bytes: 2 ** 26,
      memoryBytes: 200_000
    }
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

for (const [what, kept, damage] of [
  ['no database at all', 0, () => Buffer.alloc(20_000, 'not a database ')],
  ['a torn page', 700, (file: Buffer) => file.fill(0xff, 4096, 16_384)],
  ['a torn head', 768, (file: Buffer) => file.fill(0x00, 16, 100)]
] as const) {
  t.test(`a damaged file (${what}) is set aside, and what it has is salvaged`, async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const first = bench(path)
    first.history.appendOwn(readingsOf(us.peer, run, 0, 900))
    first.history.close()
    writeFileSync(path, damage(readFileSync(path)))
    const { history, clock, log } = bench(path)
    history.readings({ series: ours, limit: 2000 })
    history.appendOwn(readingsOf(us.peer, run, 2000, 2010))
    await clock.advance(120_000)
    t.equal(history.readings({ series: ours, limit: 2000 }).at(-1)?.position.seq, 2010)
    const salvaged = history.readings({ series: ours, limit: 2000 }).length - 11
    t.ok(salvaged >= kept, `${salvaged} salvaged`)
    t.match(history.status(), { state: 'ok', damage: { files: [/damaged-/], salvaged, lost: 0 } })
    history.close()
    const aside = readdirSync(dirname(path)).filter((name) => /^history\.sqlite\.damaged-\d+$/.test(name))
    t.equal(aside.length, 1, readdirSync(dirname(path)).join(' '))
    t.match(
      log.lines.filter(({ level }) => level === 'error'),
      [{ message: /damaged.*set aside/ }]
    )
  })
}

/** As a process that was killed leaves it: ten transactions in the log. */
function crashed(path: string): void {
  const { history } = bench(`${path}.live`)
  for (let from = 0; from < 300; from += 30) {
    history.appendOwn(readingsOf(us.peer, run, from, from + 29))
    history.flush()
  }
  for (const end of ['', '-wal']) copyFileSync(`${path}.live${end}`, path + end)
  history.close()
}

function change(path: string, sql: string): void {
  const db = new DatabaseSync(path, { defensive: false })
  db.exec(sql)
  db.close()
}

for (const [what, kept, damage] of [
  [
    'a schema without its tables',
    300,
    (path: string) =>
      change(path, `PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'tail'`)
  ],
  ['a version of 0', 300, (path: string) => change(path, 'PRAGMA user_version = 0')],
  ['an empty file beside its log', 300, (path: string) => writeFileSync(path, '')],
  [
    'a page in the middle of its log',
    250,
    (path: string) => {
      const log = readFileSync(`${path}-wal`)
      writeFileSync(`${path}-wal`, log.fill(0xee, log.length >> 1, (log.length >> 1) + 16))
    }
  ]
] as const) {
  t.test(`what SQLite alone takes for a good file is salvaged: ${what}`, async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    crashed(path)
    damage(path)
    const { history, log } = bench(path)
    const held = history.readings({ series: ours, limit: 2000 }).length
    t.ok(held >= kept, `${held}`)
    t.match(history.status(), {
      state: 'ok',
      damage: { files: [/damaged-\d+$/], salvaged: held, unsalvaged: 300 - held }
    })
    t.match(
      log.lines.find(({ level }) => level === 'warn')?.message,
      held === 300 ? /no loss was found/ : new RegExp(`at least ${300 - held} are lost`)
    )
    history.close()
  })
}

t.test('a log that a power cut left with a torn last transaction is no damage', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  crashed(path)
  const log = readFileSync(`${path}-wal`)
  writeFileSync(`${path}-wal`, log.fill(0, log.length - 1500, log.length - 1400))
  const { history } = bench(path)
  t.equal(history.readings({ series: ours, limit: 2000 }).length, 270)
  t.equal(history.status().damage, undefined)
  history.close()
})

t.test('a file whose salvage was cut off, or failed, is salvaged by the next start', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  crashed(path)
  t.match(setAside(path, 7), /damaged-7\.unread$/, 'here the process is killed')
  const readOnly = bench(path, 'query_only = 1')
  t.match(readOnly.log.lines[0]?.message, /not salvaged: .*readonly.*; the next start tries it again/)
  readOnly.history.close()
  t.same(
    readdirSync(dirname(path))
      .filter((name) => name.includes('damaged'))
      .toSorted(),
    ['history.sqlite.damaged-7.unread', 'history.sqlite.damaged-7.unread-wal']
  )
  const { history } = bench(path)
  t.equal(history.readings({ series: ours, limit: 2000 }).length, 300)
  t.match(history.status().damage, { files: [/damaged-7$/], salvaged: 300, unsalvaged: 0 })
  history.close()
  t.same(
    readdirSync(dirname(path))
      .filter((name) => name.includes('damaged'))
      .toSorted(),
    ['history.sqlite.damaged-7', 'history.sqlite.damaged-7-wal']
  )
})

t.test('a zeroed block is a gap that is lost; of another author, one that may be had again', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const theirs = `${them.peer}/hall/temperature`
  const { history, log, clock } = bench(path)
  history.appendOwn(readingsOf(us.peer, run, 0, 767))
  history.flush()
  for (const [from, to] of [
    [0, 19],
    [20, 39]
  ] as const)
    history.put(them.pack(topic, readingsOf(them.peer, run, from, to)))
  history.flush()
  const other = new DatabaseSync(path)
  const zero = `UPDATE sealed SET bytes = zeroblob(length(bytes)) WHERE id IN (
    SELECT sealed_id FROM ranges JOIN series ON series.id = series_id WHERE name = ? AND first_seq = ?)`
  other.prepare(zero).run(ours, 256)
  other.prepare(zero).run(theirs, 20)
  other.close()
  const kinds = (): unknown[] =>
    history.items(ours, undefined, all).items.map(({ kind, from, to }) => [kind, from, to])
  const gap = [
    ['block', 0, 255],
    ['lost', 256, 511],
    ['block', 512, 767]
  ]
  t.same(kinds(), gap)
  t.equal(history.readings({ series: ours, limit: 2000 }).length, 512)
  t.equal(history.readings({ series: theirs, limit: 2000 }).length, 20)
  t.equal(log.lines.filter(({ level }) => level === 'error').length, 2, 'a word for each, once')
  await clock.advance(60_000)
  t.same(kinds(), gap)
  t.match(history.held(theirs), [{ ranges: [[0, 19]] }])
  t.match(history.status(), { state: 'ok', damage: { files: [], salvaged: 0, lost: 2 } })
  history.put(them.pack(topic, readingsOf(them.peer, run, 20, 39)))
  t.equal(history.readings({ series: theirs, limit: 2000 }).length, 40)
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

t.test('age and bytes bound what is kept; what was deleted is reported as lost', async (t) => {
  const limits = {
    flush: 60_000,
    flushBytes: 2 ** 20,
    blockAge: 900_000,
    age: 3_600_000,
    bytes: 2 ** 26,
    memoryBytes: 2 ** 22
  }
  const { history, clock } = historyBench({ path: join(t.testdir(), 'history.sqlite'), limits })
  history.beginRun(run, anchor)
  for (let minute = 0; minute < 100; minute++) {
    history.appendOwn(readingsOf(us.peer, run, minute * 60, minute * 60 + 59))
    await clock.advance(60_000)
  }
  const [lost, oldest] = history.items(ours, undefined, all).items
  t.match(lost, { kind: 'lost', from: 0 })
  t.ok(oldest !== undefined && oldest.from > 2000 && oldest.from <= 2400, `${oldest?.from}`)
  t.same(history.runs().length, 1)
  history.close()

  const small = historyBench({
    path: join(t.testdirName, 'small.sqlite'),
    limits: { ...limits, bytes: 150_000 }
  })
  for (let i = 0; i < 500; i++) {
    small.history.put(them.pack(topic, readingsOf(them.peer, runOf(20), i * 20, i * 20 + 19)))
    if (i % 50 === 0) small.history.flush()
  }
  small.history.flush()
  t.ok(small.history.status().bytes < 220_000, `${small.history.status().bytes} bytes`)
  t.equal(
    small.history.readings({ series: `${them.peer}/hall/temperature`, limit: 1e5 }).at(-1)?.position.seq,
    9999
  )
  small.history.close()
})

t.test('a clock that jumps ahead, or begins with a wrong year, deletes nothing', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const limits = {
    flush: 10_000,
    flushBytes: 2 ** 20,
    blockAge: 60_000,
    age: 3_600_000,
    bytes: 2 ** 26,
    memoryBytes: 2 ** 22
  }
  let status: ClockStatus = { quality: 0, offset: 0 }
  const bench = historyBench({ path, limits, time: () => status })
  const count = ({ history }: typeof bench): number => history.readings({ series: ours, limit: 1e5 }).length
  bench.history.beginRun(run, anchor)
  const append = async (from: number): Promise<void> => {
    bench.history.appendOwn(readingsOf(us.peer, run, from, from + 59))
    await bench.clock.advance(60_000)
  }
  for (let minute = 0; minute < 50; minute++) await append(minute * 60)
  t.equal(count(bench), 3000)
  status = { quality: 0, offset: 2 * 3_600_000 }
  bench.history.appendOwn(readingsOf(us.peer, run, 3000, 3019))
  await bench.clock.advance(20_000)
  status = { quality: 0, offset: 0 }
  bench.history.appendOwn(readingsOf(us.peer, run, 3020, 3059))
  await bench.clock.advance(40_000)
  t.equal(count(bench), 3060)
  bench.history.close()

  status = { quality: 1, offset: 40 * 365 * 86_400_000 }
  const next = historyBench({ path, limits, time: () => status })
  await next.clock.advance(bench.clock.now() - next.clock.now())
  next.history.beginRun(runOf(11), anchor)
  next.history.appendOwn(readingsOf(us.peer, runOf(11), 0, 9))
  next.history.flush()
  t.equal(count(next), 3070)
  next.history.close()
})

t.test('readings of others are kept from when they came, whatever their author’s clock says', async (t) => {
  const limits = {
    flush: 10_000,
    flushBytes: 2 ** 20,
    blockAge: 60_000,
    age: 3_600_000,
    bytes: 2 ** 26,
    memoryBytes: 2 ** 22
  }
  const { history, clock } = historyBench({ path: join(t.testdir(), 'history.sqlite'), limits })
  const old = readingsOf(them.peer, run, 0, 9).map((reading) => ({ ...reading, time: 1_600_000_000 }))
  history.put(them.pack(topic, old))
  history.flush()
  const series = `${them.peer}/hall/temperature`
  await clock.advance(3_590_000)
  history.put(them.pack(topic, readingsOf(them.peer, run, 20, 29)))
  history.flush()
  t.equal(history.readings({ series, limit: 99 }).length, 20)
  await clock.advance(20_000)
  history.put(them.pack(topic, readingsOf(them.peer, run, 40, 49)))
  history.flush()
  t.equal(history.readings({ series, limit: 99 }).length, 20, 'the first were an hour here')
  history.close()
})

t.test('what was kept while the time was unknown is not taken for old', async (t) => {
  let status: ClockStatus = { quality: 2, offset: 0 }
  const { history, clock } = historyBench({ path: join(t.testdir(), 'history.sqlite'), time: () => status })
  history.put(them.block(topic, readingsOf(them.peer, run, 0, 9)))
  history.flush()
  status = { quality: 0, offset: 0 }
  history.put(them.block(topic, readingsOf(them.peer, run, 20, 29)))
  history.flush()
  t.equal(history.readings({ series: `${them.peer}/hall/temperature`, limit: 99 }).length, 20)
  history.close()
  t.equal(clock.pending, 0, 'no timer is left')
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
