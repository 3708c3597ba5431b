import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { DialBudget } from '../../../src/peer/dialing/dial-budget.ts'

t.test('half of a minute is left to peers that were reached before', async (t) => {
  const clock = new VirtualClock()
  const budget = new DialBudget(clock, 60)
  t.equal(budget.take(100, false), 30)
  t.equal(budget.take(1, false), 0)
  t.equal(budget.take(100, true), 30)
  t.equal(budget.take(1, true), 0)
})

t.test('it fills with time, to the dials of one minute', async (t) => {
  const clock = new VirtualClock()
  const budget = new DialBudget(clock, 60)
  budget.take(60, true)
  await clock.advance(999)
  t.equal(budget.take(1, true), 0)
  await clock.advance(1)
  t.equal(budget.take(2, true), 1)
  await clock.advance(3_600_000)
  t.equal(budget.take(1000, true), 60)
})
