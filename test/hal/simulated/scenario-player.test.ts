import t from 'tap'
import { defined } from '../../../src/defined.ts'
import type { Scenario, ScenarioAction, ScenarioEvent } from '../../../src/hal/simulated/scenario.ts'
import { ScenarioPlayer } from '../../../src/hal/simulated/scenario-player.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { silentLog } from '../../../src/log.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

function stage(scenario: Partial<Scenario>) {
  const clock = new VirtualClock({ now: Date.UTC(2026, 0, 1, 9) })
  const world = simulatedWorld({ clock })
  const reported: string[] = []
  const log = {
    ...silentLog,
    info: (line: string) => void reported.push(`${clock.monotonic() / MINUTE} ${line}`)
  }
  const whole = { about: '', day: {}, chips: [], events: [], ...scenario }
  return { clock, world, reported, player: new ScenarioPlayer({ scenario: whole, world, log }) }
}

const after = (minutes: number, action: ScenarioAction, every?: number): ScenarioEvent => ({
  about: action.kind,
  when: { after: minutes * MINUTE },
  action,
  ...defined({ every: every === undefined ? undefined : every * MINUTE })
})
const HANG: ScenarioAction = { kind: 'hang', bus: 'i2c-1' }

t.test('events happen after a while, at a time of each day, and again and again', async (t) => {
  const events = [
    after(5, HANG),
    after(10, { kind: 'unhang', bus: 'i2c-1' }, 700),
    { about: 'ten', when: { at: 10 * HOUR }, action: HANG },
    { about: 'eight', when: { at: 8 * HOUR }, action: HANG }
  ]
  const { clock, reported, player } = stage({ events })
  player.start()
  await clock.advance(30 * HOUR)
  t.same(reported, [
    '5 scenario: hang',
    '10 scenario: unhang',
    '60 scenario: ten',
    '710 scenario: unhang',
    '1380 scenario: eight',
    '1410 scenario: unhang',
    '1500 scenario: ten'
  ])
  player.stop()
  await clock.advance(48 * HOUR)
  t.equal(reported.length, 7, 'nothing happens any more')
  t.equal(clock.pending, 0)
})

t.test('ramps begin where things are, and shifts go with the day', async (t) => {
  const { clock, world, player } = stage({
    events: [
      after(0, { kind: 'ramp', to: { temperature: 10 }, over: 0 }),
      after(10, { kind: 'ramp', to: { temperature: 20 }, over: 10 * MINUTE }),
      after(15, { kind: 'ramp', to: { temperature: 5 }, over: 10 * MINUTE }),
      after(0, { kind: 'shift', by: { pressure: -1000 }, over: 10 * MINUTE }),
      after(30, { kind: 'release', quantities: ['temperature', 'pressure'] })
    ]
  })
  const { ambient } = simulatedWorld({ clock })
  player.start()
  const at = async (minute: number): Promise<number> => {
    await clock.advanceTo(Date.UTC(2026, 0, 1, 9) + minute * MINUTE)
    return world.ambient.value('temperature')
  }
  const moved = (): number => world.ambient.value('pressure') - ambient.value('pressure')
  t.same([await at(1), await at(10), await at(12.5)], [10, 10, 12.5])
  t.ok(Math.abs(moved() + 1000) < 1e-6)
  t.same([await at(15), await at(20), await at(25), await at(29)], [15, 10, 5, 5])
  await clock.advance(2 * MINUTE)
  t.equal(world.ambient.value('temperature'), ambient.value('temperature'))
  t.equal(moved(), 0)
})

t.test('a recording is followed in straight lines, and held at its end', async (t) => {
  const points = [
    [0, 10],
    [MINUTE, 20],
    [MINUTE, 30],
    [3 * MINUTE, 10]
  ] as const
  const { clock, world, player } = stage({
    events: [after(1, { kind: 'replay', quantity: 'humidity', points })]
  })
  player.start()
  await clock.advance(MINUTE)
  const start = clock.now()
  const values = [-1, 0, 0.5, 1, 2, 3, 99].map((minute) =>
    world.ambient.value('humidity', start + minute * MINUTE)
  )
  t.same(values, [10, 10, 15, 30, 20, 10, 10])
})

t.test('another day, within its bounds', async (t) => {
  const { clock, world, player } = stage({
    day: { temperature: { mean: -5, daily: 0, weather: 0, unrest: 0 }, humidity: { mean: 300 } }
  })
  player.start()
  await clock.advance(0)
  t.equal(world.ambient.value('temperature'), -5)
  t.equal(world.ambient.value('humidity'), 100)
})

t.test('lines, faults and chips', async (t) => {
  const chip = { bus: 'i2c-1', address: 0x20 }
  const { clock, world, player } = stage({
    chips: [{ ...chip, imperfection: { drift: { temperature: 24 } } }],
    events: [
      after(1, { kind: 'drive', line: 'GPIO4', level: 1 }),
      after(1, { kind: 'fault', chip, fault: 'stuck-low' }),
      after(2, { kind: 'clear', chip }),
      after(2, { kind: 'brownout', chip }),
      after(2, HANG),
      after(3, { kind: 'unhang', bus: 'i2c-1' })
    ]
  })
  world.attach('i2c-1', 0x20, ({ ambient }) => ({
    write() {},
    read: (count) => new Uint8Array(count).fill(ambient.value('temperature'))
  }))
  world.ambient.hold('temperature', 20)
  player.start()
  const bus = await world.buses.open('i2c-1')
  const read = async (): Promise<number | undefined> =>
    (await clock.run(bus.transaction(0x20, [{ read: 1 }])))[0]?.[0]
  t.equal(await read(), 20)
  await clock.advance(MINUTE)
  t.equal(world.lines.level('GPIO4'), 1)
  t.equal(await read(), 0)
  await clock.advance(MINUTE)
  t.equal(world.faults.powerCycles('i2c-1', 0x20), 1)
  t.ok(world.faults.hanging('i2c-1'))
  await clock.advance(3 * HOUR)
  t.equal(await read(), 23, 'it drifts by one degree an hour')
})
