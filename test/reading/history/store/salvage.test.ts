import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openDatabase } from '../../../../src/reading/history/store/database-file.ts'
import { HistoryStore } from '../../../../src/reading/history/store/history-store.ts'
import { salvage } from '../../../../src/reading/history/store/salvage.ts'
import { historyBench, readingsOf, runOf, them, topic, us } from '../../../support/history.ts'

const init = { sealer: us, topicOf: () => topic }
const run = runOf(10)
const PAGE = 1024

/** A database with blocks and tails of ours and packs of another, as a closed node leaves it. */
function filled(path: string): number {
  const { history } = historyBench({ path })
  history.beginRun(run, { mono: 0, unix: 1_767_225_600, quality: 0 })
  for (const device of ['hall', 'attic', 'cellar'])
    history.appendOwn(readingsOf(us.peer, run, 0, 2699, device))
  for (let i = 0; i < 40; i++) history.put(them.pack(topic, readingsOf(them.peer, run, i * 20, i * 20 + 19)))
  history.flush()
  const { readings } = history.status()
  history.close()
  return readings
}

function salvaged(path: string): HistoryStore {
  const store = new HistoryStore(openDatabase(':memory:'))
  salvage(path, store, init)
  return store
}

t.test('a whole database comes over whole', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const count = filled(path)
  const store = salvaged(path)
  t.equal(store.count(), count)
  t.equal(store.names.series().length, 4)
  t.ok(store.names.series().every((one) => one.topic === topic))
  t.equal(store.names.anchored().length, 1)
  t.ok(store.tail.count() > 0)
})

t.test('4 KiB anywhere cost what lies there, not the rest', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'history.sqlite')
  const count = filled(path)
  const size = readFileSync(path).length
  const shares: number[] = []
  for (let at = 0; at + 4 * PAGE <= size; at += 7 * PAGE) {
    for (const fill of [0x00, 0xff]) {
      const bad = join(dir, 'bad.sqlite')
      copyFileSync(path, bad)
      writeFileSync(bad, readFileSync(bad).fill(fill, at, at + 4 * PAGE))
      const store = salvaged(bad)
      shares.push(store.count() / count)
      for (const sealed of store.sealed.all()) {
        if (!us.isGenuine(sealed.kind, sealed.bytes)) t.fail(`a damaged ${sealed.kind} came over`)
      }
      store.close()
    }
  }
  shares.sort((a, b) => a - b)
  t.comment(
    `${shares.length} damages: the smallest share ${shares[0]?.toFixed(2)}, the median ${shares[shares.length >> 1]?.toFixed(2)}`
  )
  t.ok((shares[0] ?? 0) > 0.5, `${shares[0]}`)
  t.ok((shares[shares.length >> 1] ?? 0) > 0.85)
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
  t.equal([...store.sealed.all()].length, sealed)
  t.equal(store.names.series().length, 4)
})

t.test('what is no database has nothing', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  writeFileSync(path, 'not a database'.repeat(1000))
  t.equal(salvaged(path).count(), 0)
})
