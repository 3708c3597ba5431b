import t from 'tap'
import { relay } from '../../../devices/switch/index.ts'
import type { ActuatorContext, ActuatorOptions, OffMemory } from '../../../src/hal/actuator.ts'
import { SimulatedPins } from '../../../src/hal/simulated/pins.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'

const LINE = 'GPIO27'

async function bench(
  change: Partial<ActuatorOptions> = {},
  memory?: OffMemory,
  machine: { clock: VirtualClock; pins: SimulatedPins } = newMachine()
) {
  const { clock, pins } = machine
  const options: ActuatorOptions = {
    active: 'high',
    safe: 'off',
    initial: 'safe',
    whenLost: 'safe',
    maxOn: 60_000,
    minOff: 0,
    ...change
  }
  const changes: string[] = []
  const context: ActuatorContext = {
    clock,
    changed: (on, why) => void changes.push(`${why} ${on ? 'on' : 'off'}`),
    ...(memory === undefined ? {} : { memory })
  }
  const actuator = await relay.open(pins, LINE, options, context)
  return { clock, pins, actuator, changes }
}

function newMachine() {
  const clock = new VirtualClock()
  return { clock, pins: new SimulatedPins(clock) }
}

/** An output that stays as it is. */
const still = (on: boolean) => ({ on, left: undefined, lock: undefined })

t.test('it is safe from the first moment on, whatever safe and on mean', async (t) => {
  for (const [active, safe, level] of [
    ['high', 'off', 0],
    ['high', 'on', 1],
    ['low', 'off', 1],
    ['low', 'on', 0]
  ] as const) {
    const { pins, actuator } = await bench({ active, safe })
    t.equal(pins.level(LINE), level)
    t.same(await actuator.state(), still(safe === 'on'))
    await actuator.set(safe === 'off')
    t.equal(pins.level(LINE), 1 - level)
    await actuator.close('whenLost')
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
    t.same(await actuator.state(), { on: away, left: 40_000, lock: undefined })
    await actuator.set(away)
    await clock.advance(39_999)
    t.same(await actuator.state(), { on: away, left: 1, lock: undefined })
    await clock.advance(1)
    t.same(await actuator.state(), still(!away))
    await actuator.set(away)
    t.same(await actuator.state(), { on: away, left: 60_000, lock: undefined }, 'a new time begins')
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
  t.same(await actuator.state(), still(false))
})

t.test('what cannot be done is thrown, and the line is closed all the same', async (t) => {
  const { clock, pins, actuator } = await bench()
  pins.fail(LINE, 'gone')
  await t.rejects(actuator.set(true), { code: 'no-such-line', message: /GPIO27/ })
  await t.rejects(actuator.state(), { code: 'no-such-line' })
  await t.rejects(actuator.close('whenLost'), { code: 'no-such-line' })
  pins.fail(LINE, undefined)
  t.ok(await pins.output(LINE, 0))
  await clock.advance(100_000)
  t.equal(clock.pending, 0, 'nothing drives a line that was given back')
})

t.test('commands that come at once are carried out in order', async (t) => {
  const { pins, actuator } = await bench()
  await Promise.all([true, false, true, false, true].map((on) => actuator.set(on)))
  t.equal(pins.level(LINE), 1)
  await Promise.all([actuator.set(true), actuator.set(false)])
  await actuator.close('whenLost')
  t.equal(pins.level(LINE), 0)
})

t.test('a lease ends with whenLost unless it is set again, and never lasts beyond maxOn', async (t) => {
  const { clock, actuator, changes } = await bench()
  await actuator.set(true, 10_000)
  await clock.advance(9_999)
  t.same(await actuator.state(), { on: true, left: 1, lock: undefined })
  await actuator.set(true, 10_000)
  await clock.advance(9_999)
  t.match(await actuator.state(), { on: true, left: 1 }, 'it was renewed')
  await clock.advance(1)
  t.same(await actuator.state(), still(false))
  await actuator.set(true, 40_000)
  await clock.advance(30_000)
  await actuator.set(true, 40_000)
  t.match(await actuator.state(), { left: 30_000 }, 'maxOn counts from the first')
  await clock.advance(30_000)
  t.same(await actuator.state(), still(false))
  t.same(changes, ['lease off', 'max-on off'])
  await clock.advance(100_000)
  t.equal(clock.pending, 0)
})

t.test('a command without a lease ends the lease before it', async (t) => {
  const { clock, actuator, changes } = await bench()
  await actuator.set(true, 10_000)
  await actuator.set(true)
  await clock.advance(59_999)
  t.match(await actuator.state(), { on: true, left: 1 })
  await actuator.set(false, 1000)
  await clock.advance(10_000)
  t.same(await actuator.state(), still(false))
  t.same(changes, [], 'nothing changed by itself')
})

t.test('initial and whenLost may differ from safe; maxOn counts all the same', async (t) => {
  const { clock, pins, actuator, changes } = await bench({ initial: 'on', whenLost: 'on' })
  t.match(await actuator.state(), { on: true, left: 60_000 })
  await clock.advance(60_000)
  t.same(await actuator.state(), still(false))
  await actuator.set(false, 5000)
  t.match(await actuator.state(), { on: false, left: 5000 })
  await clock.advance(5000)
  t.match(await actuator.state(), { on: true, left: 60_000 }, 'away from safe again')
  await actuator.set(false)
  await actuator.close('whenLost')
  t.equal(pins.level(LINE), 1, 'whenLost holds at the end as well')
  t.same(changes, ['max-on off', 'lease on'])
})

t.test('minOff refuses on until it is over, and nothing switches it on before', async (t) => {
  const { clock, actuator } = await bench({ minOff: 30_000 })
  await t.rejects(
    actuator.set(true),
    { code: 'locked', message: /30 s/ },
    'unknown at the start: it counts from there'
  )
  t.same(await actuator.state(), { on: false, left: undefined, lock: 30_000 })
  await clock.advance(30_000)
  await actuator.set(true)
  await clock.advance(1000)
  await actuator.set(false)
  await clock.advance(29_999)
  await t.rejects(actuator.set(true, 1000), { code: 'locked', message: /in 1 s/ })
  await actuator.set(false)
  await clock.advance(1)
  await actuator.set(true)
  t.match(await actuator.state(), { on: true }, 'a repeated off does not extend it')
})

t.test('what would switch it on by itself waits for minOff too', async (t) => {
  const fridge = { safe: 'on', minOff: 30_000, maxOn: 10_000 } as const
  const { clock, actuator, changes } = await bench(fridge)
  t.same(await actuator.state(), { on: false, left: 30_000, lock: 30_000 }, 'initial is on')
  await clock.advance(30_000)
  t.same(await actuator.state(), still(true))
  await actuator.set(false, 5000)
  await clock.advance(29_999)
  t.same(await actuator.state(), { on: false, left: 1, lock: 1 }, 'after the lease, and after maxOn')
  await clock.advance(1)
  t.same(await actuator.state(), still(true))
  t.equal(changes.length, 2)
})

t.test('the last switching-off is kept over restarts, and forgotten before it is on', async (t) => {
  const machine = newMachine()
  const kept: (number | undefined)[] = []
  const memory: OffMemory = { read: () => kept.at(-1), write: async (at) => void kept.push(at) }
  const first = await bench({ minOff: 30_000 }, memory, machine)
  await machine.clock.advance(30_000)
  await first.actuator.set(true)
  await machine.clock.advance(1000)
  await first.actuator.close('whenLost')
  t.same(kept, [31_000])
  await machine.clock.advance(20_000)
  const second = await bench({ minOff: 30_000 }, memory, machine)
  t.match(await second.actuator.state(), { on: false, lock: 10_000 })
  await machine.clock.advance(10_000)
  const set = second.actuator.set(true)
  t.equal(machine.pins.level(LINE), 0)
  await set
  t.same(kept, [31_000, undefined], 'a kill from now on leaves nothing that is too early')
})

t.test('at its end nothing is switched on before minOff is over', async (t) => {
  const { pins, clock, actuator } = await bench({ whenLost: 'on', minOff: 30_000 })
  await actuator.close('whenLost')
  t.equal(pins.level(LINE), 0)
  t.equal(clock.pending, 0)
})

t.test('a disk that stalls keeps nothing on, and switches nothing on late', async (t) => {
  const machine = newMachine()
  let at: number | undefined = -40_000
  const memory: OffMemory = { read: () => at, write: () => new Promise(() => {}) }
  const { clock, pins } = machine
  const { actuator } = await bench({ minOff: 30_000 }, memory, machine)
  const set = t.rejects(actuator.set(true), { code: 'not-kept' })
  await clock.advance(2000)
  await set
  t.equal(pins.level(LINE), 0)
  at = undefined
  await actuator.set(true, 30_000)
  await actuator.set(true, 30_000)
  t.equal(pins.level(LINE), 1)
  at = 5
  await actuator.set(true, 30_000)
  await actuator.set(false)
  t.equal(pins.level(LINE), 0, 'off waits for nothing')
  t.equal(await actuator.close('whenLost'), false)
})

t.test('a disk that refuses to forget keeps it off until it forgets', async (t) => {
  const machine = newMachine()
  let isFull = true
  let at: number | undefined = -40_000
  const memory: OffMemory = {
    read: () => at,
    write: async (next) => {
      if (!isFull) at = next
    }
  }
  const { actuator } = await bench({ minOff: 30_000, initial: 'on' }, memory, machine)
  await t.rejects(actuator.set(true), { code: 'not-kept' })
  await machine.clock.advance(5000)
  t.equal(machine.pins.level(LINE), 0, 'nor is it in its initial state')
  isFull = false
  await machine.clock.advance(1000)
  t.equal(machine.pins.level(LINE), 1)
})

t.test('what is no longer so when the line is written is not done', async (t) => {
  const { pins, actuator } = await bench()
  await t.rejects(
    actuator.set(true, 5000, () => {
      throw new Error('late')
    }),
    /late/
  )
  t.equal(pins.level(LINE), 0)
  t.same(await actuator.state(), still(false))
})

t.test(
  'after a fault it is left safe, whatever whenLost says; what maxOn ended does not come back at a stop',
  async (t) => {
    const one = await bench({ whenLost: 'on' })
    await one.actuator.set(false)
    await one.actuator.close('safe')
    t.equal(one.pins.level(LINE), 0)
    const other = await bench({ whenLost: 'on' })
    await other.actuator.set(true)
    await other.clock.advance(60_000)
    await other.actuator.close('whenLost')
    t.equal(other.pins.level(LINE), 0)
  }
)

t.test('maxOn goes on where it is opened anew, and over the sleep of the machine', async (t) => {
  const { clock, pins, actuator } = await bench()
  await actuator.set(true, 40_000)
  actuator.slept(15_000)
  t.match(await actuator.state(), { left: 25_000 })
  actuator.slept(3_600_000)
  await clock.advance(0)
  t.equal(pins.level(LINE), 0)
  const machine = newMachine()
  const away = { until: 5000 }
  const options: ActuatorOptions = {
    ...{ active: 'high', safe: 'off', initial: 'on', whenLost: 'safe', maxOn: 60_000, minOff: 0 }
  }
  await relay.open(machine.pins, LINE, options, { clock: machine.clock, away })
  await machine.clock.advance(5000)
  t.equal(machine.pins.level(LINE), 0)
})

t.test('to safe, once minOff lets it, whatever whenLost is', async (t) => {
  const { clock, pins, actuator, changes } = await bench({ safe: 'on', whenLost: 'off', minOff: 30_000 })
  await clock.advance(30_000)
  await actuator.set(false, 3000)
  await actuator.toSafe()
  await clock.advance(29_999)
  t.equal(pins.level(LINE), 0)
  await clock.advance(1)
  t.equal(pins.level(LINE), 1)
  t.same(changes, ['initial on', 'revoked on'])
})

t.test(
  'a line that takes its time: a renewal keeps its lease, and what does not follow is tried again',
  async (t) => {
    const machine = newMachine()
    const { clock } = machine
    const output = machine.pins.output.bind(machine.pins)
    let stuck = false
    machine.pins.output = async (line, initial) => {
      const real = await output(line, initial)
      return {
        name: line,
        persists: false,
        read: () => real.read(),
        close: () => real.close(),
        async write(level) {
          await clock.sleep(5)
          if (!stuck) await real.write(level)
        }
      }
    }
    const { actuator, pins, changes } = await bench({}, undefined, machine)
    const settle = async (work: Promise<unknown>): Promise<void> => {
      await clock.advance(10)
      await work
    }
    await settle(actuator.set(true, 10_000))
    await clock.advance(9992)
    const renewal = actuator.set(true, 10_000)
    await settle(renewal)
    const { on, left = 0 } = await actuator.state()
    t.ok(on && left > 9900 && left <= 10_000, `${left} ms are left`)
    stuck = true
    await clock.advance(15_000)
    t.equal(pins.level(LINE), 1)
    t.same(changes.slice(-1), ['lease off'].slice(0, changes.length), 'nothing is told that did not happen')
    stuck = false
    await clock.advance(2000)
    t.equal(pins.level(LINE), 0)
  }
)
