import { join } from 'node:path'
import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import type { ClockStatus } from '../../../../src/hal/time-source.ts'
import { historyBench, readingsOf, runOf, smallLimits, them, topic, us } from '../../../support/history.ts'

const anchor = { mono: 0, unix: 1_767_225_600, quality: 0 } as const
const ours = `${us.peer}/hall/temperature`
const all = { items: 1000, bytes: 10 ** 9 }
const run = runOf(10)

t.test('age and bytes bound what is kept; what was deleted is reported as lost', async (t) => {
  const limits = { ...smallLimits, age: 3_600_000 }
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
  const limits = { ...smallLimits, flush: 10_000, blockAge: 60_000, age: 3_600_000 }
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
  const clock = new VirtualClock({ now: bench.clock.now() })
  const next = historyBench({ path, limits, clock, time: () => status })
  next.history.beginRun(runOf(11), anchor)
  next.history.appendOwn(readingsOf(us.peer, runOf(11), 0, 9))
  next.history.flush()
  t.equal(count(next), 3070)
  next.history.close()
})

t.test('readings of others are kept from when they came, whatever their author’s clock says', async (t) => {
  const limits = { ...smallLimits, flush: 10_000, blockAge: 60_000, age: 3_600_000 }
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
