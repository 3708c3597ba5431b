import t from 'tap'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { DialBudget } from '../../../src/peer/dialing/dial-budget.ts'

const stranger = { wanted: 100, isReached: false, sender: undefined }
const reached = { ...stranger, isReached: true }

t.test('half of a minute is left to peers that were reached before', async (t) => {
  const budget = new DialBudget(new VirtualClock(), 60)
  t.equal(budget.take(stranger), 30)
  t.equal(budget.take(stranger), 0)
  t.equal(budget.take(reached), 30)
  t.equal(budget.take(reached), 0)
})

t.test('peers that were reached may use all of it', async (t) => {
  const budget = new DialBudget(new VirtualClock(), 60)
  t.equal(budget.take(reached), 60)
})

t.test('it fills with time, to the dials of one minute', async (t) => {
  const clock = new VirtualClock()
  const budget = new DialBudget(clock, 60)
  budget.take(reached)
  await clock.advance(1999)
  t.equal(budget.take(stranger), 0)
  await clock.advance(1)
  t.equal(budget.take(stranger), 1)
  await clock.advance(3_600_000)
  t.equal(budget.take(reached), 60)
})

t.test('one sender has a share, and the others go on', async (t) => {
  const clock = new VirtualClock()
  const budget = new DialBudget(clock, 160)
  t.equal(budget.take({ ...stranger, sender: '10.0.0.3' }), 10)
  t.equal(budget.take({ ...stranger, sender: '10.0.0.3' }), 0)
  t.equal(budget.take({ ...stranger, sender: '10.0.0.4', wanted: 2 }), 2)
  t.equal(budget.take({ ...reached, sender: '10.0.0.3', wanted: 5 }), 5, 'but for peers that were reached')
  await clock.advance(6000)
  t.equal(budget.take({ ...stranger, sender: '10.0.0.3' }), 1)
})
