import t from 'tap'
import { relay } from '../../../devices/switch/index.ts'
import type { ActuatorOptions } from '../../../src/hal/actuator.ts'
import { SimulatedPins } from '../../../src/hal/simulated/pins.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

const LINE = 'GPIO27'

async function bench(change: Partial<ActuatorOptions> = {}) {
  const clock = new VirtualClock()
  const pins = new SimulatedPins(clock)
  const options: ActuatorOptions = { active: 'high', safe: 'off', maxOn: 60_000, ...change }
  const actuator = await relay.open(pins, LINE, options, { clock })
  return { clock, pins, actuator }
}

t.test('it is safe from the first moment on, whatever safe and on mean', async (t) => {
  for (const [active, safe, level] of [
    ['high', 'off', 0],
    ['high', 'on', 1],
    ['low', 'off', 1],
    ['low', 'on', 0]
  ] as const) {
    const { pins, actuator } = await bench({ active, safe })
    t.equal(pins.level(LINE), level)
    t.same(await actuator.state(), { on: safe === 'on', left: undefined })
    await actuator.set(safe === 'off')
    t.equal(pins.level(LINE), 1 - level)
    await actuator.close()
    t.equal(pins.level(LINE), level, 'and when it is closed')
    t.ok(await pins.input(LINE), 'the line is given back')
  }
})

t.test('it goes back by itself, and repeating the state buys no time', async (t) => {
  for (const safe of ['off', 'on'] as const) {
    const { clock, actuator } = await bench({ safe })
    const away = safe === 'off'
    await actuator.set(away)
    await clock.advance(20_000)
    t.same(await actuator.state(), { on: away, left: 40_000 })
    await actuator.set(away)
    await clock.advance(39_999)
    t.same(await actuator.state(), { on: away, left: 1 })
    await clock.advance(1)
    t.same(await actuator.state(), { on: !away, left: undefined })
    await actuator.set(away)
    t.same(await actuator.state(), { on: away, left: 60_000 }, 'a new time begins')
    await actuator.set(!away)
    await clock.advance(100_000)
    t.equal(clock.pending, 0)
  }
})

t.test('a line that refuses to go back is asked until it does', async (t) => {
  const { clock, pins, actuator } = await bench()
  await actuator.set(true)
  pins.fail(LINE, 'gone')
  await clock.advance(65_000)
  pins.fail(LINE, undefined)
  t.equal(pins.level(LINE), 1)
  await clock.advance(1000)
  t.equal(pins.level(LINE), 0)
  t.same(await actuator.state(), { on: false, left: undefined })
})

t.test('what cannot be done is thrown, and the line is closed all the same', async (t) => {
  const { clock, pins, actuator } = await bench()
  pins.fail(LINE, 'gone')
  await t.rejects(actuator.set(true), { code: 'no-such-line', message: /GPIO27/ })
  await t.rejects(actuator.state(), { code: 'no-such-line' })
  await t.rejects(actuator.close(), { code: 'no-such-line' })
  pins.fail(LINE, undefined)
  t.ok(await pins.output(LINE, 0))
  await clock.advance(100_000)
  t.equal(clock.pending, 0, 'nothing drives a line that was given back')
})

t.test('commands that come at once are carried out in order', async (t) => {
  const { pins, actuator } = await bench()
  await Promise.all([true, false, true, false, true].map((on) => actuator.set(on)))
  t.equal(pins.level(LINE), 1)
  await Promise.all([actuator.set(true), actuator.set(false), actuator.close()])
  t.equal(pins.level(LINE), 0)
})
