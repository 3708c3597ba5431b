import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { devices } from '../../devices/index.ts'
import { chipModels } from '../../devices/models.ts'
import { parseConfig } from '../../src/config/load.ts'
import { loadScenario } from '../../src/config/scenario/load.ts'
import { i2cDevice } from '../../src/hal/bus/i2c-device.ts'
import { volatileState } from '../../src/hal/device-state.ts'
import { ScenarioPlayer } from '../../src/hal/simulated/scenario-player.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { quantityTable } from '../../src/reading/quantity.ts'
import type { Sample } from '../../src/reading/reading.ts'
import { Sampler } from '../../src/reading/sampling/sampler.ts'

const folder = fileURLToPath(new URL('../../examples/scenarios/', import.meta.url))
const { sensors } = parseConfig('sensors: [{type: bme280, name: air}, {type: tmp102, name: spare}]', devices)
const MINUTE = 60_000
const HOUR = 60 * MINUTE

interface Played {
  /** What the sensor `air` said of a quantity so many milliseconds after the start, at the latest. */
  readonly air: (at: number, quantity?: string) => number | string | undefined
  readonly world: ReturnType<typeof simulatedWorld>
  readonly logged: readonly string[]
  /** The levels of GPIO17 by minute. */
  readonly door: readonly number[]
}

/** Plays an example in virtual time with a bme280 that is read once a minute. */
async function play(name: string, hours: number, startHour = 0): Promise<Played> {
  const clock = new VirtualClock({ now: Date.UTC(2026, 0, 10, startHour) })
  const chips = [{ bus: 'i2c-1', type: 'bme280', address: 0x76 }]
  const world = simulatedWorld({ seed: name, clock, chips, models: chipModels })
  const logged: string[] = []
  const log = { ...silentLog, info: (line: string) => void logged.push(line) }
  const player = new ScenarioPlayer({ scenario: loadScenario(`${folder}${name}`, sensors), world, log })
  player.start()
  const samples: Sample[] = []
  const sampler = airSampler(world, (sample) => samples.push(sample))
  sampler.start()
  const door: number[] = []
  for (let minute = 0; minute < hours * 60; minute++) {
    await clock.advance(MINUTE)
    door.push(world.lines.level('GPIO17'))
  }
  player.stop()
  await clock.run(sampler.stop())
  const air = (at: number, quantity = 'temperature'): number | string | undefined => {
    const sample = samples.findLast((one) => one.quantity === quantity && one.at <= at)
    if (sample === undefined) return undefined
    return 'value' in sample ? Number(sample.value) : sample.fault.code
  }
  return { air, world, logged, door }
}

function airSampler(world: ReturnType<typeof simulatedWorld>, emit: (sample: Sample) => void): Sampler {
  const definition = devices.find(({ type }) => type === 'bme280')
  const [air] = sensors
  if (definition?.bus !== 'i2c' || air === undefined) throw new Error('bme280 is on I2C')
  const { clock } = world
  return new Sampler({
    name: 'air',
    interval: MINUTE,
    phase: 30_000,
    deadline: 10_000,
    retryMin: 1000,
    retryMax: 30_000,
    changeSpacing: 100,
    measures: typeof definition.measures === 'function' ? [] : definition.measures,
    together: true,
    quantities: quantityTable(),
    clock,
    log: silentLog,
    emit,
    open: async (signal) => {
      const device = i2cDevice(await world.buses.open('i2c-1'), 0x76, 'bme280')
      return await definition.open(device, air.options, {
        clock,
        name: 'air',
        signal,
        state: volatileState()
      })
    }
  })
}

t.test('day: aired morning and evening, with guests', async (t) => {
  const { air, world, logged } = await play('day.yaml', 24)
  const number = (hour: number, quantity?: string): number => Number(air(hour * HOUR, quantity))
  t.ok(number(7) < number(6.4) - 2, 'the windows are open')
  t.ok(number(15) > 26, 'a summer day')
  t.ok(number(22, 'humidity') > number(18.9, 'humidity'), 'guests')
  t.equal(logged.length, 4)
  t.equal(world.ambient.shift('co2'), 0, 'all is as it was')
})

t.test('storm: the pressure falls, and comes back', async (t) => {
  const { air } = await play('storm.yaml', 7)
  const pressure = (hour: number): number => Number(air(hour * HOUR, 'pressure'))
  t.ok(pressure(3) < pressure(0.02) - 1500)
  t.ok(pressure(6.5) > pressure(4) + 2000)
  t.type(air(2 * HOUR + MINUTE), 'number', 'a power dip costs no sample')
})

t.test('door: half-hourly', async (t) => {
  const { air, door } = await play('door.yaml', 2)
  t.same(
    door.flatMap((level, minute) => (level !== door[minute - 1] ? [[minute + 1, level]] : [])).slice(1),
    [5, 9, 35, 39, 65, 69, 95, 99].map((minute, index) => [minute, index % 2 === 0 ? 1 : 0])
  )
  const celsius = (minute: number): number => Number(air(minute * MINUTE))
  t.ok(celsius(9.6) < celsius(4.6) - 4)
  t.ok(celsius(34.6) > celsius(9.6) + 4)
})

t.test('pulled: each fault is reported as one, and ends', async (t) => {
  const { air } = await play('pulled.yaml', 1, 10)
  const states = [2, 5, 9.6, 21, 23.6, 30.9, 32.6, 41].map((minute) => air(minute * MINUTE))
  t.match(states, [Number, /^no-acknowledge/, Number, /^stuck$/, Number, 'timeout', Number, Number])
})

t.test('cellar: what was recorded, felt by a sensor of little virtue', async (t) => {
  const { air, world } = await play('cellar.yaml', 8)
  const errors = Array.from({ length: 350 }, (_, minute) => {
    const at = minute * MINUTE
    return Number(air(at + MINUTE)) - recorded(at / HOUR)
  })
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length
  const deviation = Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / errors.length)
  t.ok(deviation > 0.06 && deviation < 0.12, `noise of about 0.08: ${deviation}`)
  t.ok(mean > 0.03 && mean < 0.12, `drift, and little warmth at one sample a minute: ${mean}`)
  t.ok(world.ambient.value('temperature') > 15, 'the usual weather is back')
})

/** Of cellar.csv, straight between the hours. */
function recorded(hour: number): number {
  const values = [11.4, 11.3, 11.1, 10.9, 10.8, 10.8, 11]
  const [before = 0, after = 0] = [values[Math.floor(hour)], values[Math.floor(hour) + 1]]
  return before + (after - before) * (hour % 1)
}

t.test('every example is played here', async (t) => {
  const played = ['cellar.csv', 'cellar.yaml', 'day.yaml', 'door.yaml', 'pulled.yaml', 'storm.yaml']
  t.same(readdirSync(folder).sort(), played)
})
