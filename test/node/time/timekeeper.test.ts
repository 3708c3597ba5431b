import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { ClockStatus, TimeSource } from '../../../src/hal/time-source.ts'
import { silentLog } from '../../../src/log.ts'
import { Timekeeper } from '../../../src/node/time/timekeeper.ts'

const times = { period: 30_000, deadline: 10_000 }
const unknown: ClockStatus = { quality: 2, offset: 0 }

function source(first: ClockStatus): TimeSource & { current: ClockStatus } {
  return {
    current: first,
    status() {
      return Promise.resolve(this.current)
    }
  }
}

t.test('an unknown time becomes known, once', async (t) => {
  const clock = new VirtualClock({ now: 1_700_000_000_000 })
  const kernel = source(unknown)
  const keeper = new Timekeeper({ clock, log: silentLog, ...times, sources: [kernel] })
  let known = 0
  keeper.onKnown(() => known++)
  await keeper.start()
  t.equal(keeper.now(), undefined)
  await clock.advance(60_000)
  t.equal(known, 0)
  kernel.current = { quality: 0, offset: 0 }
  await clock.advance(60_000)
  t.equal(known, 1)
  t.equal(keeper.now(), 1_700_000_120)
  keeper.stop()
  t.equal(clock.pending, 0)
})

t.test('the first source with a known time decides, one that fails is passed over', async (t) => {
  const clock = new VirtualClock({ now: 1_000_000 })
  const broken: TimeSource = { status: () => Promise.reject(new Error('no timedatectl')) }
  const neighbour = source({ quality: 1, offset: 5_000, errorBound: 0.2 })
  const keeper = new Timekeeper({
    clock,
    log: silentLog,
    ...times,
    sources: [broken, source(unknown), neighbour]
  })
  await keeper.check()
  t.same(keeper.status(), neighbour.current)
  t.equal(keeper.now(), 1_005)
})

t.test('after the deadline of a source that never answers the next is asked', async (t) => {
  const clock = new VirtualClock({ now: 1_000_000 })
  let asked = 0
  const hung: TimeSource = {
    status() {
      asked += 1
      return new Promise(() => {})
    }
  }
  const known = source({ quality: 0, offset: 0 })
  const keeper = new Timekeeper({
    clock,
    log: silentLog,
    period: 1000,
    deadline: 10_000,
    sources: [hung, known]
  })
  await clock.run(keeper.start())
  t.equal(keeper.now(), 1_010)
  await clock.advance(9_000)
  t.equal(asked, 2, 'checks do not pile up')
  keeper.stop()
  await clock.advance(0)
  t.equal(clock.pending, 0)
})

t.test('an answer after the stop changes nothing', async (t) => {
  const clock = new VirtualClock({ now: 1_000_000 })
  const { promise, resolve } = Promise.withResolvers<ClockStatus>()
  const keeper = new Timekeeper({ clock, log: silentLog, ...times, sources: [{ status: () => promise }] })
  keeper.onKnown(() => t.fail('the run would begin anew in a node that is closed'))
  const check = keeper.check()
  keeper.stop()
  resolve({ quality: 0, offset: 0 })
  await check
  t.equal(keeper.now(), undefined)
})

t.test('other sources are asked at once', async (t) => {
  const clock = new VirtualClock({ now: 1_000_000 })
  const keeper = new Timekeeper({ clock, log: silentLog, ...times, sources: [source(unknown)] })
  let known = 0
  keeper.onKnown(() => known++)
  await keeper.start()
  await keeper.update([source({ quality: 1, offset: 0 })])
  t.equal(keeper.status().quality, 1)
  t.equal(known, 1)
  await keeper.update([])
  t.equal(keeper.status().quality, 2)
  keeper.stop()
})
