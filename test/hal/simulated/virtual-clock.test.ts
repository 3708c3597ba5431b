import t from 'tap'
import { every } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { clockConformance } from '../../conformance/clock.ts'

clockConformance(t, () => {
  const clock = new VirtualClock()
  return { clock, pass: (ms) => clock.advance(ms) }
})

t.test('time stands still until it is advanced, and lands exactly', async (t) => {
  const clock = new VirtualClock({ now: 1000 })
  t.equal(clock.now(), 1000)
  await clock.advance(250)
  t.same([clock.now(), clock.monotonic()], [1250, 250])
  await clock.advanceTo(5000)
  t.equal(clock.now(), 5000)
  await clock.advanceTo(10)
  t.equal(clock.now(), 5000, 'never back')
})

t.test('every() calls at exact times over a long while', async (t) => {
  const clock = new VirtualClock()
  const calls: number[] = []
  every(clock, 7, () => calls.push(clock.monotonic()), 3)
  await clock.advance(700)
  t.same(
    calls,
    Array.from({ length: 100 }, (_, index) => 3 + index * 7)
  )
})

t.test('asynchronous work completes at the instant that started it', async (t) => {
  const clock = new VirtualClock()
  const seen: [string, number][] = []
  clock.after(10, async () => {
    for (let step = 0; step < 20; step++) await null
    seen.push(['worked', clock.monotonic()])
    await clock.sleep(5)
    seen.push(['slept', clock.monotonic()])
  })
  clock.after(11, () => seen.push(['next', clock.monotonic()]))
  await clock.advance(100)
  t.same(seen, [
    ['worked', 10],
    ['next', 11],
    ['slept', 15]
  ])
})

t.test('pending counts the timers that are set', async (t) => {
  const clock = new VirtualClock()
  const cancel = clock.after(5, () => {})
  clock.after(6, () => {})
  t.equal(clock.pending, 2)
  cancel()
  t.equal(clock.pending, 1)
  await clock.advance(6)
  t.equal(clock.pending, 0)
})

t.test('an aborted sleep leaves no timer behind', async (t) => {
  const clock = new VirtualClock()
  const controller = new AbortController()
  const sleep = clock.sleep(1000, controller.signal)
  controller.abort(new Error('enough'))
  await t.rejects(sleep)
  t.equal(clock.pending, 0)
})

t.test('run() goes only as far as the work needs', async (t) => {
  const clock = new VirtualClock()
  clock.after(1000, () => t.fail('later than the work'))
  t.equal(await clock.run(clock.sleep(30).then(() => 'done')), 'done')
  t.equal(clock.monotonic(), 30)
  await t.rejects(clock.run(Promise.reject(new Error('broken'))), { message: 'broken' })
})

t.test('run() gives up on work that time cannot end', async (t) => {
  const clock = new VirtualClock()
  await t.rejects(clock.run(new Promise(() => {})), { message: 'the work waits for no timer' })
  every(clock, 10, () => {})
  await t.rejects(clock.run(new Promise(() => {}), 100), { message: 'the work waits for no timer' })
  t.equal(clock.monotonic(), 100)
})

t.test('the wall clock may be stepped; timers do not notice', async (t) => {
  const clock = new VirtualClock({ now: 0 })
  let firedAt = Number.NaN
  clock.after(10, () => {
    firedAt = clock.monotonic()
  })
  clock.step(-5000)
  t.equal(clock.now(), -5000)
  await clock.advance(10)
  t.equal(firedAt, 10)
})

t.test('only one may advance it at a time', async (t) => {
  const clock = new VirtualClock()
  const first = clock.advance(10)
  await t.rejects(clock.advance(10), { message: 'already being advanced' })
  await first
})
