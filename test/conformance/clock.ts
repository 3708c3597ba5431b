import type { Test } from 'tap'
import { type Clock, every, withDeadline } from '../../src/clock.ts'
import { isNodeError } from '../../src/error.ts'

/** A clock and how its time is made to pass. */
export interface ClockUnderTest {
  readonly clock: Clock
  /** Resolves when at least `ms` have passed and what they fire has run. */
  pass(ms: number): Promise<void>
}

/** What every Clock must do. */
export function clockConformance(test: Test, make: () => ClockUnderTest): void {
  test.test('timers fire in the order of their times, equal ones in the order they were set', async (t) => {
    const { clock, pass } = make()
    const fired: string[] = []
    const set = clock.monotonic()
    clock.after(20, () => fired.push('late'))
    clock.after(5, () => fired.push('first'))
    clock.after(5, () => fired.push('second'))
    await pass(2)
    // A busy machine may take longer over it.
    if (clock.monotonic() - set < 5) t.same(fired, [])
    await pass(40)
    t.same(fired, ['first', 'second', 'late'])
  })

  test.test('equal ones keep their order, however many, and some cancelled', async (t) => {
    const { clock, pass } = make()
    for (let round = 0; round < 20; round++) {
      const fired: number[] = []
      const cancels = Array.from({ length: 30 }, (_, i) => clock.after(2.3, () => fired.push(i)))
      for (let i = 0; i < 30; i += 7) cancels[i]?.()
      await pass(6)
      const expected = cancels.map((_, i) => i).filter((i) => i % 7 > 0)
      if (fired.join() !== expected.join()) t.same(fired, expected)
    }
    t.pass('20 rounds')
  })

  test.test('a timer fires once, and not at all once cancelled', async (t) => {
    const { clock, pass } = make()
    let fired = 0
    clock.after(1, () => fired++)
    const cancel = clock.after(1, () => t.fail('it was cancelled'))
    cancel()
    cancel()
    await pass(10)
    t.equal(fired, 1)
  })

  test.test('no timer is early, not by a part of a millisecond', async (t) => {
    const { clock, pass } = make()
    const early: string[] = []
    for (let i = 0; i < 60; i++) {
      const [set, ms] = [clock.monotonic(), 1 + 0.37 * i]
      clock.after(ms, () => {
        const passed = clock.monotonic() - set
        // Sums of virtual times are rounded.
        if (passed < ms - 1e-6) early.push(`${passed} of ${ms} ms`)
      })
      await pass(0.4)
    }
    await pass(40)
    t.same(early, [])
  })

  test.test('both times advance together, monotonic time never back', async (t) => {
    const { clock, pass } = make()
    const [now, monotonic] = [clock.now(), clock.monotonic()]
    await pass(20)
    t.ok(clock.monotonic() - monotonic >= 19)
    t.ok(Math.abs(clock.now() - now - (clock.monotonic() - monotonic)) < 5)
  })

  test.test('a sleep ends after its time', async (t) => {
    const { clock, pass } = make()
    const slept = clock.monotonic()
    let awake: number | undefined
    const sleep = clock.sleep(10).then(() => {
      awake = clock.monotonic() - slept
    })
    await pass(1)
    await pass(30)
    await sleep
    t.ok(awake !== undefined && awake >= 10 - 1e-6, `${awake} ms`)
  })

  test.test('a sleep that is aborted rejects at once, with the reason', async (t) => {
    const { clock } = make()
    const controller = new AbortController()
    const sleep = clock.sleep(60_000, controller.signal)
    controller.abort(new Error('enough'))
    await t.rejects(sleep, { message: 'enough' })
    await t.rejects(clock.sleep(60_000, controller.signal), { message: 'enough' }, 'aborted before it began')
  })

  test.test('every() keeps its phase and does not drift', async (t) => {
    const { clock, pass } = make()
    const start = clock.monotonic()
    const calls: number[] = []
    const cancel = every(clock, 20, () => calls.push(clock.monotonic() - start), 5)
    await pass(70)
    // What a busy machine held up is skipped, not made up for.
    while (calls.length < 2) await pass(20)
    cancel()
    const [elapsed, count] = [clock.monotonic() - start, calls.length]
    t.ok(count >= 2 && count <= 1 + (elapsed - 5) / 20, `${count} calls in ${elapsed} ms`)
    for (const [index, at] of calls.entries()) t.ok(at >= 5 + 20 * index, `call ${index} at ${at}`)
    await pass(30)
    t.equal(calls.length, count, 'none after the cancel')
  })

  test.test('a deadline ends waiting and names what was waited for', async (t) => {
    const { clock, pass } = make()
    const waiting = withDeadline(clock, 5, 'the kettle', () => new Promise(() => {})).catch((error) => error)
    await pass(20)
    const error = await waiting
    t.ok(isNodeError(error, 'deadline'))
    t.match(error, { message: 'the kettle: no answer within 5 ms' })
    t.equal(await withDeadline(clock, 5, 'tea', async () => 'ready'), 'ready')
  })
}
