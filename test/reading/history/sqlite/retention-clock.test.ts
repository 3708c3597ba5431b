import t from 'tap'
import { VirtualClock } from '../../../../src/hal/simulated/virtual-clock.ts'
import type { ClockStatus } from '../../../../src/hal/time-source.ts'
import { RetentionClock } from '../../../../src/reading/history/sqlite/retention-clock.ts'

const DAY = 86_400_000
const YEAR = 365 * DAY

function bench({ newest = 0, age = 30 * DAY, status = {} as Partial<ClockStatus> } = {}) {
  const clock = new VirtualClock()
  const state = { status: { quality: 0, offset: 0, ...status } as ClockStatus }
  const ages = new RetentionClock({ clock, age, newest, time: () => state.status })
  /** Seconds between this clock and the virtual one. */
  const lead = (): number | undefined => {
    const now = ages.now()
    return now === undefined ? undefined : Math.round(now - clock.now() / 1000)
  }
  return { clock, state, lead }
}

t.test('it follows the clock, and small steps of it', async (t) => {
  const { clock, state, lead } = bench()
  t.equal(lead(), 0)
  await clock.advance(60_000)
  state.status = { quality: 0, offset: 9000 }
  t.equal(lead(), 9)
  state.status = { quality: 0, offset: -3_600_000 }
  t.equal(lead(), -3600, 'a step back deletes nothing')
})

t.test('a step ahead counts for nothing until monotonic time has confirmed it', async (t) => {
  const { clock, state, lead } = bench()
  t.equal(lead(), 0)
  state.status = { quality: 0, offset: YEAR }
  for (let hour = 0; hour < 23; hour++) {
    t.equal(lead(), 0, `${hour} h`)
    await clock.advance(3_600_000)
  }
  state.status = { quality: 0, offset: 0 }
  t.equal(lead(), 0, 'it was wrong for a while')
  state.status = { quality: 0, offset: YEAR }
  t.equal(lead(), 0)
  await clock.advance(DAY - 1)
  t.equal(lead(), 0)
  await clock.advance(1)
  t.equal(lead(), YEAR / 1000, 'a day of a synchronised clock')
})

t.test(
  'a clock that nothing synchronises is believed once everything is old by monotonic time',
  async (t) => {
    const { clock, state, lead } = bench({ status: { quality: 1 } })
    t.equal(lead(), 0)
    state.status = { quality: 1, offset: YEAR }
    t.equal(lead(), 0)
    await clock.advance(30 * DAY - 1)
    t.equal(lead(), 0)
    await clock.advance(1)
    t.equal(lead(), YEAR / 1000)
  }
)

t.test('readings kept for an hour need an hour', async (t) => {
  const { clock, state, lead } = bench({ age: 3_600_000 })
  lead()
  state.status = { quality: 0, offset: YEAR }
  lead()
  await clock.advance(3_600_000)
  t.equal(lead(), YEAR / 1000)
})

t.test('at start a battery clock with a wrong year begins at the newest reading', async (t) => {
  const clock = new VirtualClock()
  const newest = clock.now() / 1000 - 100
  const { lead, clock: other } = bench({ newest, status: { quality: 1, offset: YEAR } })
  t.equal(lead(), -100)
  await other.advance(60_000)
  t.equal(lead(), -100)
  t.equal(
    bench({ newest, status: { quality: 0, offset: YEAR } }).lead(),
    YEAR / 1000,
    'a synchronised one is right'
  )
  t.equal(
    bench({ status: { quality: 1, offset: YEAR } }).lead(),
    YEAR / 1000,
    'an empty history has nothing to lose'
  )
})

t.test('an unknown time is none, and no step when it is known again', async (t) => {
  const { clock, state, lead } = bench()
  t.equal(lead(), 0)
  state.status = { quality: 2, offset: 0 }
  t.equal(lead(), undefined)
  await clock.advance(DAY)
  state.status = { quality: 1, offset: 0 }
  t.equal(lead(), 0)
})
