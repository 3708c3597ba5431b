import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { Paced } from '../../../src/peer/discovery/paced.ts'

t.test('at once, then once a period for all calls, until stopped', async (t) => {
  const clock = new VirtualClock()
  const done: number[] = []
  const paced = new Paced(clock, 1000, () => done.push(clock.monotonic() - began))
  const began = clock.monotonic()
  for (let i = 0; i < 3; i++) paced.ask()
  t.same(done, [0])
  await clock.advance(1000)
  t.same(done, [0, 1000])
  await clock.advance(5000)
  t.same(done, [0, 1000], 'nobody asked')
  paced.ask()
  paced.ask()
  t.same(done, [0, 1000, 6000])
  paced.stop()
  await clock.advance(5000)
  t.equal(done.length, 3)
  t.equal(clock.pending, 0)
})
