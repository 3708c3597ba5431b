import t from 'tap'
import type { Measure } from '../../../src/hal/sensor.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { SensorView } from '../../../src/node/api/operations.ts'
import type { SensorConfig } from '../../../src/node/sensors/running-sensor.ts'
import { testRunning } from '../../../src/node/sensors/test-running.ts'
import { fault, series } from '../../support/fakes/views.ts'

const temperature: Measure = { quantity: 'temperature', range: [-40, 125] }
const voltage: Measure = { quantity: 'voltage', channel: 'a0' }

function sensor(name: string, ...measures: Measure[]) {
  return { config: { name } as SensorConfig, measures }
}

function view(name: string, state: SensorView['state'], ...all: SensorView['series']): SensorView {
  return { name, type: 'bme280', place: '0x76 on i2c-1', interval: 1, state, series: all }
}

const never = new AbortController().signal

t.test('values, faults and silence of the latest readings', async (t) => {
  const views = [
    view('air', 'value', series()),
    view('oven', 'value', series({ device: 'oven', value: 120, shown: '120.00 °C', age: 3 })),
    view('soil', 'fault', fault()),
    view('attic', 'stale', series({ device: 'attic', state: 'stale', stale: 'silent', age: 180 }))
  ]
  const sensors = [
    sensor('air', temperature),
    sensor('oven', temperature),
    sensor('soil', voltage),
    sensor('attic', temperature)
  ]
  const tested = await testRunning({ sensors, views: () => views, clock: new VirtualClock() }, 1000, never)
  t.match(tested, [
    { name: 'air', took: 0, age: 0.4, values: [{ series: 'temperature', state: 'plausible', value: 21.48 }] },
    { name: 'oven', age: 3, values: [{ state: 'unusual', why: 'unusually high', shown: '120.00 °C' }] },
    { name: 'soil', values: [{ series: 'voltage.a0', state: 'fault', code: 'no-acknowledge' }] },
    { name: 'attic', values: [{ state: 'fault', why: 'no reading for 180 s', code: 'stale' }] }
  ])
})

t.test('first readings are waited for, up to the timeout', async (t) => {
  const clock = new VirtualClock()
  let views = [view('air', 'waiting')]
  const init = { sensors: [sensor('air', temperature)], views: () => views, clock }
  const waiting = testRunning(init, 5000, never)
  await clock.advance(1000)
  views = [view('air', 'value', series())]
  await clock.advance(200)
  t.match(await waiting, [{ values: [{ state: 'plausible' }] }])
  views = [view('air', 'waiting')]
  const late = testRunning(init, 5000, never)
  await clock.advance(5200)
  const [tested] = await late
  t.match(tested, { values: [{ state: 'fault', code: 'no-reading', why: 'no reading yet' }] })
  t.notOk(tested !== undefined && 'age' in tested)
})
