import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { diskBench as bench, readingsOf, runOf, them, topic, us } from '../../../support/history.ts'

const ours = `${us.peer}/hall/temperature`
const all = { items: 1000, bytes: 10 ** 9 }
const run = runOf(10)

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
    history.put(them.block(topic, readingsOf(them.peer, run, from, to)))
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
  history.put(them.block(topic, readingsOf(them.peer, run, 20, 39)))
  t.equal(history.readings({ series: theirs, limit: 2000 }).length, 40)
  history.close()
})
