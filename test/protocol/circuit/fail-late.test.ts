import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { failLate } from '../../../src/protocol/circuit/fail-late.ts'

const signal = new AbortController().signal

t.test('what fails at once and what fails after a while fail at one time', async (t) => {
  for (const takes of [0, 1, 700, 999, 1000]) {
    const clock = new VirtualClock()
    const work = async (): Promise<never> => {
      if (takes > 0) await clock.sleep(takes)
      throw new Error(`after ${takes}`)
    }
    await t.rejects(clock.run(failLate(clock, 1000, signal, work)), new Error(`after ${takes}`))
    t.equal(clock.monotonic(), 1000)
  }
})

t.test('what succeeds does not wait', async (t) => {
  const clock = new VirtualClock()
  t.equal(await failLate(clock, 1000, signal, async () => 7), 7)
  t.equal(clock.monotonic(), 0)
  t.equal(clock.pending, 0)
})

t.test('it ends with its signal', async (t) => {
  const clock = new VirtualClock()
  const stopping = new AbortController()
  const failed = failLate(clock, 1000, stopping.signal, async () => {
    throw new Error('absent')
  })
  stopping.abort(new Error('the node stops'))
  await t.rejects(failed, new Error('the node stops'))
  t.equal(clock.pending, 0)
})
