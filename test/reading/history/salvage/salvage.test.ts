import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { rangesOf } from '../../../../src/reading/history/range.ts'
import { RowEncoder } from '../../../../src/reading/history/rows/row-codec.ts'
import { storedRows } from '../../../../src/reading/history/rows/stored-rows.ts'
import { CheckedRows, type SalvageInit } from '../../../../src/reading/history/salvage/checked-rows.ts'
import { salvage } from '../../../../src/reading/history/salvage/salvage.ts'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { HistoryStore } from '../../../../src/reading/history/store/history-store.ts'
import type { Reading } from '../../../../src/reading/reading.ts'
import {
  copied,
  historyBench,
  noisy,
  readingsOf,
  runOf,
  them,
  topic,
  untilSalvaged,
  us
} from '../../../support/history.ts'

const init = { sealer: us, topicOf: () => topic }
const run = runOf(10)
const PAGE = 1024
const FEW = ['hall', 'attic', 'cellar']
const MANY = [...FEW, 'roof', 'shed', 'well', 'barn', 'loft', 'yard']

/** Adds rows one by one, as a former version kept them. */
function withTail(path: string, rows: readonly Reading[]): void {
  const store = new HistoryStore(openDatabase(path))
  store.transaction(() => {
    for (const row of rows) store.tail.append(topic, row)
  })
  store.close()
}

/** A database with blocks and tails of ours and packs of another, as a closed node leaves it. */
function filled(path: string, devices = FEW): number {
  const { history } = historyBench({ path })
  history.beginRun(run, { mono: 0, unix: 1_767_225_600, quality: 0 })
  for (const device of devices) history.appendOwn(noisy(readingsOf(us.peer, run, 0, 2699, device)))
  for (let i = 0; i < 40; i++)
    history.put(them.pack(topic, noisy(readingsOf(them.peer, run, i * 20, i * 20 + 19))))
  history.flush()
  const { readings } = history.status()
  history.close()
  return readings
}

/** All steps at once, without their bounds. */
function salvaged(path: string, sealer: SalvageInit['sealer'] = us) {
  const db = openDatabase(':memory:')
  const store = new HistoryStore(db)
  const rows = new CheckedRows({ ...init, sealer })
  store.transaction(() => {
    for (const step of salvage(path, rows, { phase: 'rows', at: -1 })) step?.change(store)
  })
  const sum = { saved: 0, lost: 0 }
  for (const { saved, lost } of rows.compare((work) => work(store))) {
    sum.saved += saved
    sum.lost += lost
  }
  const { anchored } = db.prepare('SELECT count(anchor_quality) AS anchored FROM runs').get() ?? {}
  const tailRows = Number(db.prepare('SELECT count(*) AS count FROM tail').get()?.['count'])
  const kept = db
    .prepare('SELECT id FROM sealed')
    .all()
    .map(({ id }) => Number(id))
  return Object.assign(store, sum, {
    anchored: Number(anchored),
    kept,
    tailRows,
    count: tailRows + store.sealed.count()
  })
}

/** As a process that was killed leaves it: nearly all is in the log. @returns how many readings there are */
function crashed(path: string): number {
  const { history } = historyBench({ path: `${path}.live` })
  history.beginRun(run, { mono: 0, unix: 1_767_225_600, quality: 0 })
  for (let from = 0; from < 600; from += 20) {
    history.appendOwn(readingsOf(us.peer, run, from, from + 19))
    history.flush()
  }
  for (const end of ['', '-wal']) copyFileSync(`${path}.live${end}`, path + end)
  history.close()
  return 600
}

function harm(path: string, from: number, to: number, fill = 0): void {
  writeFileSync(path, readFileSync(path).fill(fill, from, to))
}

t.test('a whole database comes over whole', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = filled(path)
  const store = salvaged(path)
  t.equal(store.count, count)
  t.equal(store.names.series().length, 1 + FEW.length)
  t.ok(store.names.series().every((one) => one.topic === topic))
  t.equal(store.anchored, 1)
  t.ok(store.tailRows > 0)
})

t.test('4 KiB anywhere cost what lies there, not the rest', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'history.sqlite')
  const count = filled(path, MANY)
  const size = readFileSync(path).length
  const shares: number[] = []
  const accounted: number[] = []
  for (let at = 0; at + 4 * PAGE <= size; at += 29 * PAGE) {
    for (const fill of [0x00, 0xff]) {
      const bad = join(dir, 'bad.sqlite')
      copyFileSync(path, bad)
      writeFileSync(bad, readFileSync(bad).fill(fill, at, at + 4 * PAGE))
      const store = salvaged(bad)
      shares.push(store.count / count)
      // What was lost at the end of a series leaves no trace; what was deleted before may leave one.
      t.equal(store.saved, store.count)
      accounted.push((store.saved + store.lost) / count)
      for (const sealed of store.kept.map((id) => store.sealed.get(id))) {
        if (sealed === undefined || sealed.kind === 'rows') t.fail('only packs and blocks were there')
        else if (!us.isGenuine(sealed.kind, sealed.bytes)) t.fail(`a damaged ${sealed.kind} came over`)
      }
      store.close()
    }
  }
  shares.sort((a, b) => a - b)
  t.comment(
    `${shares.length} damages: the smallest share ${shares[0]?.toFixed(2)}, the median ${shares[shares.length >> 1]?.toFixed(2)}`
  )
  t.ok((shares[0] ?? 0) > 0.9, `${shares[0]}`)
  t.ok((shares[shares.length >> 1] ?? 0) > 0.9)
  accounted.sort((a, b) => a - b)
  t.ok((accounted[0] ?? 0) > 0.98 && (accounted.at(-1) ?? 2) <= 1, `${accounted[0]} to ${accounted.at(-1)}`)
})

t.test('the schema and the head of the file cost nothing', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = filled(path)
  harm(path, 0, PAGE)
  const store = salvaged(path)
  t.same([store.saved, store.lost], [count, 0])
  t.ok(store.tailRows > 0)
  t.equal(store.anchored, 1)
})

t.test(
  'the tail has the names of its series and run from the blocks, where all names are lost',
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const count = filled(path)
    const db = new DatabaseSync(path)
    const roots = db
      .prepare(
        "SELECT rootpage FROM sqlite_schema WHERE tbl_name IN ('peers', 'series', 'runs') AND rootpage > 0"
      )
      .all()
    db.close()
    harm(path, 0, PAGE)
    for (const { rootpage } of roots) harm(path, (Number(rootpage) - 1) * PAGE, Number(rootpage) * PAGE)
    const store = salvaged(path)
    t.same([store.saved, store.lost], [count, 0])
    t.equal(store.tail.readings(`${us.peer}/attic/temperature`, run, 0).at(-1)?.position.seq, 2699)
  }
)

t.test('what a killed process left in the log is salvaged, though the file is lost', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = crashed(path)
  harm(path, 0, PAGE)
  t.same([salvaged(path).saved, salvaged(path).lost], [count, 0])
  harm(`${path}-wal`, 0, 40, 0xee)
  t.equal(salvaged(path).saved, count, 'nor is the head of the log needed')
})

t.test('a damaged page of the log costs that page, not what was written after it', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = crashed(path)
  const log = readFileSync(`${path}-wal`)
  const shares: number[] = []
  for (let at = 100; at < log.length; at += Math.ceil(log.length / 40)) {
    writeFileSync(`${path}-wal`, Buffer.from(log).fill(0xee, at, at + 16))
    const { saved, lost } = salvaged(path)
    t.ok(saved + lost <= count)
    shares.push(saved / count)
  }
  shares.sort((a, b) => a - b)
  t.ok((shares[0] ?? 0) > 0.8, `${shares[0]}`)
})

t.test('a row that cannot be signed is left out, and counted', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = filled(path) + 100
  withTail(path, readingsOf(us.peer, runOf(11), 2600, 2699))
  const db = new DatabaseSync(path)
  db.exec('UPDATE tail SET interval = -1 WHERE seq = 2650; UPDATE tail SET quality = 9 WHERE seq = 2651')
  db.close()
  const store = salvaged(path)
  t.same([store.saved, store.lost], [count - 2, 2])
})

t.test('names and ranges that are lost are taken from the packs and blocks', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  filled(path)
  const db = new DatabaseSync(path)
  db.exec(
    'PRAGMA foreign_keys = OFF; DELETE FROM ranges; DELETE FROM series; DELETE FROM runs; DELETE FROM peers'
  )
  const sealed = Number(db.prepare('SELECT count(*) AS n FROM sealed').get()?.['n'])
  db.close()
  t.ok(sealed > 50)
  const store = salvaged(path)
  t.equal(store.kept.length, sealed)
  t.equal(store.names.series().length, 1 + FEW.length)
})

t.test('what is no database has nothing', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  writeFileSync(path, 'not a database'.repeat(1000))
  t.equal(salvaged(path).count, 0)
})

t.test('each pack and block is verified once, also where the pages are read after the tables', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  filled(path)
  const db = new DatabaseSync(path)
  const [{ n, rootpage } = {}] = db
    .prepare("SELECT (SELECT count(*) FROM sealed) AS n, rootpage FROM sqlite_schema WHERE name = 'tail'")
    .all()
  db.close()
  harm(path, (Number(rootpage) - 1) * PAGE, Number(rootpage) * PAGE, 0xff)
  const verified = new Map<string, number>()
  const isGenuine: typeof us.isGenuine = (kind, bytes) => {
    const key = Buffer.from(bytes).toString('hex')
    verified.set(key, (verified.get(key) ?? 0) + 1)
    return us.isGenuine(kind, bytes)
  }
  const store = salvaged(path, { ...us, isGenuine })
  t.equal(store.kept.length, n)
  t.same(
    [...verified.values()].filter((times) => times !== 1),
    []
  )
})

t.test('a row of the tail that lies in a block, too, is not taken over', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = filled(path)
  const before = salvaged(path).tailRows
  withTail(path, readingsOf(us.peer, run, 0, 99))
  const first = salvaged(path)
  t.equal(first.tailRows, before)
  t.equal(first.count, count)
})

t.test('a pack or block behind rows without seals comes over, whatever its number is', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const theirs = `${them.peer}/hall/temperature`
  const { history, clock } = historyBench({ path })
  history.put(them.pack(topic, readingsOf(them.peer, run, 0, 49)))
  await clock.advance(60_000)
  const copy = copied(path, 'restarted')
  history.close()
  const later = historyBench({ path: copy })
  await later.clock.advance(31 * 60_000)
  later.history.put(them.block(topic, readingsOf(them.peer, run, 100, 199)))
  later.history.put(them.block(topic, readingsOf(them.peer, run, 300, 399)))
  later.history.close()
  const db = new DatabaseSync(copy)
  const ids = () =>
    db
      .prepare('SELECT id FROM sealed ORDER BY id')
      .all()
      .map(({ id }) => id)
  t.same(ids(), [-1, 1, 2])
  // SQLite gave this number where none was given.
  db.exec(
    'PRAGMA foreign_keys = OFF; UPDATE sealed SET id = 0 WHERE id = 1; UPDATE ranges SET sealed_id = 0 WHERE sealed_id = 1'
  )
  t.same(ids(), [-1, 0, 2])
  db.close()
  renameSync(copy, `${path}.salvage.damaged-1.unread`)
  const { history: salvaged, clock: salvageClock } = historyBench({ path: `${path}.salvage` })
  salvaged.finishSalvage()
  await untilSalvaged({ history: salvaged, clock: salvageClock })
  t.match(salvaged.held(theirs), [
    {
      ranges: [
        [0, 49],
        [100, 199],
        [300, 399]
      ]
    }
  ])
  t.match(salvaged.status().damage, { salvaged: 250, unsalvaged: 0 })
  salvaged.close()
})

t.test('rows behind the last one of a part are in a block, and are left out', async (t) => {
  const encoder = new RowEncoder()
  for (const reading of readingsOf(us.peer, run, 10, 19)) encoder.append(reading)
  const part = { age: 0, series: 1, run: 1, from: 10, to: 13, bytes: encoder.written(), isWhole: true }
  const changes = [...new CheckedRows(init).chunkPart(part, { name: `${us.peer}/hall/temperature`, ...run })]
  t.equal(changes.length, 4)
})

for (const [what, harm] of [
  ['tables', () => {}],
  ['pages', (path: string) => writeFileSync(path, readFileSync(path).fill(0, 0, PAGE))]
] as const) {
  t.test(`rows of others without their seals come over one a step, from the ${what}`, async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    const store = new HistoryStore(openDatabase(path))
    store.transaction(() => {
      for (let from = 0; from < 1000; from += 100) {
        const rows = readingsOf(them.peer, run, from, from + 99)
        for (const first of rows.slice(0, 1))
          store.sealed.put({
            ...{ kind: 'rows', topic, dated: 1 },
            bytes: storedRows(first, rows),
            ranges: rangesOf(rows)
          })
      }
    })
    store.close()
    harm(path)
    let decoded = 0
    const topicOf = (): string => {
      decoded++
      return topic
    }
    let [changes, most] = [0, 0]
    for (const step of salvage(path, new CheckedRows({ sealer: us, topicOf }), { phase: 'rows', at: -1 })) {
      if (step !== undefined) changes++
      most = Math.max(most, decoded)
      decoded = 0
    }
    t.equal(changes, 1000)
    t.equal(most, 1, 'rows decoded between two steps')
  })
}
