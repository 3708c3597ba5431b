import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { allowanceOf } from '../../../src/protocol/relay/allowance.ts'

t.test('bytes of both directions and seconds run out, and stay at nothing', async (t) => {
  const clock = new VirtualClock()
  let carried = 0
  const allowance = allowanceOf({ seconds: 120, bytes: 1000 }, clock, () => carried)
  t.match(allowance, { bytes: 1000n, seconds: 120 })
  carried = 400
  await clock.advance(60_000)
  t.match(allowance, { bytes: 600n, seconds: 60 })
  carried = 5000
  await clock.advance(3_600_000)
  t.match(allowance, { bytes: 0n, seconds: 0 })
})

t.test('a relay without limits', async (t) => {
  for (const limit of [undefined, { seconds: 0, bytes: 0 }]) {
    const allowance = allowanceOf(limit, new VirtualClock(), () => 1)
    t.equal(allowance.bytes, undefined)
    t.equal(allowance.seconds, undefined)
  }
})

t.test('the milliseconds that libp2p tells are read as such, other durations as seconds', async (t) => {
  const clock = new VirtualClock()
  t.equal(allowanceOf({ seconds: 120_000, bytes: 0 }, clock, () => 0).seconds, 120)
  t.equal(allowanceOf({ seconds: 86_400, bytes: 0 }, clock, () => 0).seconds, 86_400)
})
