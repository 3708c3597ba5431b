import t from 'tap'
import { Ambient, type AmbientQuantity } from '../../../src/hal/simulated/ambient.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

const HOUR = 3_600_000
/** Bounds of a lived-in room, and the maximum change within a second. */
const ROOM: Record<AmbientQuantity, readonly [min: number, max: number, step: number]> = {
  temperature: [16, 26, 0.02],
  humidity: [30, 66, 0.1],
  pressure: [98_000, 104_000, 2],
  illuminance: [0, 600, 2],
  co2: [400e-6, 900e-6, 2e-6],
  voltage: [4.9, 5.1, 0.002],
  current: [0.2, 0.6, 0.01]
}

const quantities = Object.keys(ROOM) as AmbientQuantity[]

t.test('it stays plausible, and changes smoothly', async (t) => {
  const clock = new VirtualClock()
  for (const seed of [1, 'garden', 'kith']) {
    const ambient = new Ambient(clock, seed)
    for (const quantity of quantities) {
      const [min, max, step] = ROOM[quantity]
      for (let hour = 0; hour < 24 * 7; hour += 3) {
        const at = clock.now() + hour * HOUR
        const value = ambient.value(quantity, at)
        if (value < min || value > max) t.fail(`${quantity} ${value} at hour ${hour}`)
        const change = Math.abs(ambient.value(quantity, at + 1000) - value)
        if (change > step) t.fail(`${quantity} changes by ${change} at hour ${hour}`)
      }
    }
  }
})

t.test('it is a function of seed and time alone', async (t) => {
  const clock = new VirtualClock()
  const [one, same, other] = [new Ambient(clock, 'a'), new Ambient(clock, 'a'), new Ambient(clock, 'b')]
  const later = clock.now() + 5 * HOUR
  const before = one.value('temperature', later)
  await clock.advance(5 * HOUR)
  t.equal(one.value('temperature'), before)
  t.equal(same.value('temperature'), before)
  t.not(other.value('temperature'), before)
})

t.test('afternoons are warmer and drier than nights, and nights are dark', async (t) => {
  const clock = new VirtualClock()
  const ambient = new Ambient(clock, 'kith')
  const mean = (quantity: AmbientQuantity, hour: number): number => {
    const days = Array.from({ length: 14 }, (_, day) =>
      ambient.value(quantity, clock.now() + (day * 24 + hour) * HOUR)
    )
    return days.reduce((sum, value) => sum + value, 0) / days.length
  }
  t.ok(mean('temperature', 15) > mean('temperature', 3) + 1)
  t.ok(mean('humidity', 15) < mean('humidity', 3))
  t.equal(mean('illuminance', 0), 0)
  t.ok(mean('illuminance', 12) > 300)
})

t.test('a quantity may be held', async (t) => {
  const ambient = new Ambient(new VirtualClock(), 1)
  const own = ambient.value('pressure')
  ambient.hold('pressure', 95_000)
  t.equal(ambient.value('pressure'), 95_000)
  ambient.release('pressure')
  t.equal(ambient.value('pressure'), own)
})
