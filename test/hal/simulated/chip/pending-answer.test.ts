import t from 'tap'
import { PendingAnswer } from '../../../../src/hal/simulated/chip/pending-answer.ts'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'

const refused = { name: 'NotAcknowledged', kind: 'no-acknowledge-address' }

t.test('nothing is acknowledged until the answer is ready, and it is given once', async (t) => {
  const clock = new VirtualClock({ now: 1000 })
  const answer = new PendingAnswer(clock)
  t.throws(() => answer.read(1), refused, 'nothing was asked')
  answer.begin(10, (at) => Uint8Array.of(at - 1000, 7))
  await clock.advance(9)
  t.throws(() => answer.read(2), refused)
  t.throws(() => answer.checkIdle(), refused)
  await clock.advance(5)
  answer.checkIdle()
  t.same([...answer.read(3)], [10, 7, 0xff], 'composed for the moment at which it was ready')
  t.throws(() => answer.read(2), refused)
})

t.test('a command without an answer', async (t) => {
  const clock = new VirtualClock()
  const answer = new PendingAnswer(clock)
  answer.begin(1)
  t.throws(() => answer.checkIdle(), refused)
  await clock.advance(1)
  answer.checkIdle()
  t.throws(() => answer.read(1), refused)
})

t.test('a new command takes the place of an answer that was not fetched', async (t) => {
  const answer = new PendingAnswer(new VirtualClock())
  answer.begin(0, () => Uint8Array.of(1))
  answer.begin(0, () => Uint8Array.of(2))
  t.same([...answer.read(1)], [2])
})
