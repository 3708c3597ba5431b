import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { rangesOf } from '../../../../src/reading/history/range.ts'
import { openDatabase, setAside } from '../../../../src/reading/history/store/database-file.ts'
import { HistoryStore } from '../../../../src/reading/history/store/history-store.ts'
import { diskBench as bench, historyBench, readingsOf, runOf, topic, us } from '../../../support/history.ts'

const run = runOf(10)

/** A file with rows one by one, 0 to `last` of each device, as a former version left them. */
function filled(path: string, devices: number, last: number): void {
  const store = new HistoryStore(openDatabase(path))
  store.transaction(() => {
    for (let device = 0; device < devices; device++)
      for (const row of readingsOf(us.peer, run, 0, last, `d${device}`)) store.tail.append(topic, row)
  })
  store.close()
}

/** Counts the questions for ranges. */
function countingRanges(): { count: number; readonly open: (path: string) => DatabaseSync } {
  const counted = {
    count: 0,
    open(path: string): DatabaseSync {
      const db = openDatabase(path)
      const prepare = db.prepare.bind(db)
      db.prepare = (sql) => {
        const statement = prepare(sql)
        if (!sql.includes('FROM ranges')) return statement
        statement.all = new Proxy(statement.all, {
          apply(all, self, values) {
            counted.count += 1
            return Reflect.apply(all, self, values)
          }
        })
        return statement
      }
      return db
    }
  }
  return counted
}

t.test('rows that are left one by one cost a question a range, not one a row', async (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  filled(path, 3, 199)
  const store = new HistoryStore(openDatabase(path))
  store.transaction(() => {
    for (const [from, to] of [
      [0, 9],
      [50, 59],
      [190, 199]
    ] as const) {
      const rows = readingsOf(us.peer, run, from, to, 'd1')
      const { bytes } = us.block(topic, rows)
      store.sealed.put({ kind: 'block', topic, bytes, dated: 1, ranges: rangesOf(rows) })
    }
  })
  store.close()
  const ranges = countingRanges()
  const { history } = historyBench({ path, open: ranges.open })
  t.ok(ranges.count <= 20, `${ranges.count} questions`)
  for (const device of ['d0', 'd1', 'd2'])
    t.same(
      history.readings({ series: `${us.peer}/${device}/temperature`, limit: 999 }),
      readingsOf(us.peer, run, 0, 199, device)
    )
  t.equal(history.status().readings, 600, 'none twice')
  history.close()
})

t.test(
  'rows that a salvage left are taken over some tails a slice, and none is lost meanwhile',
  async (t) => {
    const path = join(t.testdir(), 'history.sqlite')
    filled(path, 200, 1)
    t.match(setAside(path, 7), /unread$/)
    let ends = 0
    const first = bench(path, { onSalvaged: () => [ends++] })
    const slices: number[] = []
    let before = 0
    while (ends === 0) {
      await first.clock.advance(20)
      const { readings } = first.history.status()
      slices.push(readings - before)
      first.history.appendOwn(readingsOf(us.peer, runOf(11), slices.length, slices.length, 'new'))
      first.history.flush()
      await setImmediate()
      before = first.history.status().readings
    }
    t.ok(Math.max(...slices) <= 128, slices.join(' '))
    t.equal(before, 400 + slices.length)
    first.history.close()
    const { history } = bench(path)
    t.equal(history.status().readings, 400 + slices.length)
    history.close()
  }
)
