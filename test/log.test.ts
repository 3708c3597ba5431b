import t from 'tap'
import { VirtualClock } from '../src/hal/simulated/virtual-clock.ts'
import { EachMinute } from '../src/log.ts'

t.test('each word once a minute, and of so many words a minute', async (t) => {
  const clock = new VirtualClock()
  const once = new EachMinute(clock, 2)
  t.same(
    ['a', 'a', 'b', 'c', 'b'].map((word) => once.take(word)),
    [true, false, true, false, false]
  )
  await clock.advance(59_999)
  t.notOk(once.take('a'))
  await clock.advance(1)
  t.same([once.take('c'), once.take('a'), once.take('b')], [true, true, false])
})
