import t from 'tap'
import { repeatedSignals } from '../../src/cli/repeated-signal.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'

t.test('of a Node that bin/kith.js started, the same signal counts once in half a second', async (t) => {
  const clock = new VirtualClock()
  const environment: NodeJS.ProcessEnv = { _KITH_SIGNALS_RELAYED: '1', HOME: '/' }
  const counts = repeatedSignals(clock, environment)
  t.strictSame(environment, { HOME: '/' })
  t.equal(counts('SIGINT'), true)
  await clock.advance(150)
  t.equal(counts('SIGINT'), false)
  t.equal(counts('SIGTERM'), true, 'another one')
  await clock.advance(350)
  t.equal(counts('SIGINT'), true, 'the second Ctrl-C')
})

t.test('of any other each counts', async (t) => {
  const counts = repeatedSignals(new VirtualClock(), {})
  t.strictSame([counts('SIGINT'), counts('SIGINT')], [true, true])
})
