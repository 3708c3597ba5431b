import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { diskBench as bench, copied, readingsOf, runOf, them, topic, us } from '../../../support/history.ts'

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

t.test('damaged rows are counted once, however often the file is opened', (t) => {
  const path = join(t.testdir(), 'history.sqlite')
  const first = bench(path)
  first.history.appendOwn(readingsOf(us.peer, run, 0, 19))
  first.history.appendOwn(readingsOf(us.peer, run, 0, 19, 'outdoor'))
  first.history.flush()
  const kill = copied(path, 'killed')
  first.history.close()
  const other = new DatabaseSync(kill)
  const { id, bytes } = other.prepare('SELECT id, bytes FROM chunks').get() ?? {}
  if (!(bytes instanceof Uint8Array)) throw new Error('no chunk')
  // The last row of the second part.
  const changed = bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1)
  other.prepare('UPDATE chunks SET bytes = ? WHERE id = ?').run(changed, id ?? null)
  other.close()
  const { history, log, pragma } = bench(kill)
  const errors = () => log.lines.filter(({ level }) => level === 'error').length
  t.equal(history.status().damage?.lost, 1)
  t.equal(errors(), 1)
  for (let i = 0; i < 3; i++) {
    pragma('query_only = 1')
    history.appendOwn(readingsOf(us.peer, run, 100 + i, 100 + i))
    history.flush()
    t.not(history.status().state, 'ok')
    const before = errors()
    history.appendOwn(readingsOf(us.peer, run, 200 + i, 200 + i))
    history.flush()
    t.equal(history.status().state, 'ok', 'opened anew')
    t.equal(history.status().damage?.lost, 1)
    t.equal(errors(), before)
  }
  t.equal(history.readings({ series: ours, limit: 100 }).length, 26)
  history.close()
  t.end()
})
