import t from 'tap'
import { clockChips, devices } from '../../../devices/index.ts'
import { chipModels, fileModels } from '../../../devices/models.ts'
import { proposalLines } from '../../../src/cli/views/proposal-lines.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { NodeConfig } from '../../../src/config/schema.ts'
import { volatileState } from '../../../src/hal/device-state.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type SimulatedChip, type SimulatedWorld, simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { silentLog } from '../../../src/log.ts'
import type { TestedSensor } from '../../../src/node/api/operations.ts'
import { RunningSensors } from '../../../src/node/sensors/running-sensors.ts'
import { scanDevices, scanRunning } from '../../../src/node/sensors/scan-devices.ts'
import { testDevices } from '../../../src/node/sensors/test-devices.ts'
import { quantityTable } from '../../../src/reading/quantity.ts'
import type { Sample } from '../../../src/reading/reading.ts'

const chips: readonly SimulatedChip[] = [
  { bus: 'i2c-1', type: 'bh1750', address: 0x23 },
  { bus: 'i2c-1', type: 'aht20', address: 0x38 },
  { bus: 'i2c-1', type: 'si7021', address: 0x40 },
  { bus: 'i2c-1', type: 'ina219', address: 0x41 },
  { bus: 'i2c-1', type: 'sht3x', address: 0x44 },
  { bus: 'i2c-1', type: 'sht4x', address: 0x45 },
  { bus: 'i2c-1', type: 'tmp102', address: 0x48 },
  { bus: 'i2c-1', type: 'ads1115', address: 0x49 },
  { bus: 'i2c-1', type: 'tmp1075', address: 0x4a },
  { bus: 'i2c-1', type: 'scd4x', address: 0x62 },
  { bus: 'i2c-1', type: 'ds3231', address: 0x68 },
  { bus: 'i2c-1', type: 'bme280', address: 0x76 },
  { bus: 'i2c-3', type: 'mcp9808', address: 0x18 },
  { bus: 'i2c-3', type: 'bmp280', address: 0x76 },
  { bus: 'i2c-3', type: 'dps310', address: 0x77 }
]

function machine(): { clock: VirtualClock; world: SimulatedWorld } {
  const clock = new VirtualClock()
  const world = simulatedWorld({ clock, chips, models: chipModels, fileModels })
  world.faults.own('i2c-1', 0x4f)
  world.faults.own('i2c-1', 0x77)
  return { clock, world }
}

async function scanned(config: NodeConfig) {
  const { clock, world } = machine()
  const { signal } = new AbortController()
  return await clock.run(scanDevices({ config, world, devices: [], buses: [], signal }))
}

const load = (text: string): NodeConfig => loadConfig({ text, devices, clocks: clockChips }).config
const empty = load('')

t.test('the lines that a scan proposes are accepted as they stand, and produce readings', async (t) => {
  const { findings } = await scanned(empty)
  const text = `${proposalLines(findings, { hasSensors: false, hasTime: false }).join('\n')}\n`
  const config = load(text)
  t.match(config.time.rtc, { type: 'ds3231', bus: 'i2c-1', address: 0x68 })
  const onBuses = config.sensors.filter(({ bus }) => bus !== undefined)
  t.same(
    onBuses.map(({ type, bus, address }) => ({ bus, type, address })),
    chips.filter(({ type }) => type !== 'ds3231'),
    'each chip as what it is'
  )
  const types = config.sensors.flatMap(({ bus, type }) => (bus === undefined ? [type] : []))
  t.same([...new Set(types)], ['hwmon', 'iio', 'system', 'thermal', 'w1'])

  const { clock, world } = machine()
  const samples: Sample[] = []
  const sensors = new RunningSensors({
    configs: config.sensors,
    devices,
    world,
    limits: config.limits.sampling,
    quantities: quantityTable(),
    log: silentLog,
    stateOf: volatileState,
    emit: (sample) => samples.push(sample)
  })
  await sensors.startable.start?.()
  await clock.advance(9000)
  for (const { config, measures } of sensors.all)
    for (const { quantity, channel } of measures) {
      const found = samples.find(
        (each) => each.device === config.name && each.quantity === quantity && each.channel === channel
      )
      t.equal(found?.fault, undefined, `${config.name} ${quantity}`)
      t.not(found?.value, undefined, `${config.name} ${quantity} ${channel ?? ''}`)
    }
  await sensors.startable.stop?.()
})

t.test('what is configured is not proposed again', async (t) => {
  const first = await scanned(empty)
  const text = proposalLines(first.findings, { hasSensors: false, hasTime: false }).join('\n')
  const config = load(text.replace('name: bme280', 'name: weather'))
  const second = await scanned(config)
  t.same(proposalLines(second.findings, { hasSensors: true, hasTime: true }), [])
  t.match(
    second.findings.find(({ place }) => place === '0x76 on i2c-1'),
    { configured: 'weather' }
  )
})

t.test('configured sources that the kernel does not show are listed', async (t) => {
  const { findings } = await scanned(
    load(`sensors:
  - { type: thermal, name: processor }
  - { type: thermal, name: gpu, options: { zone: gpu-thermal } }
  - { type: w1, name: pool, options: { id: 28-000000000001 } }
  - { type: contact, name: door, line: GPIO17 }
  - { type: tmp102, name: air, bus: i2c-1, address: 0x4b }
`)
  )
  t.match(
    findings.filter(({ kind }) => kind === 'absent'),
    [
      { place: '0x4b on i2c-1', configured: 'air' },
      { place: 'thermal', type: 'thermal', configured: 'gpu', conflict: /does not show it/ },
      { place: 'w1', configured: 'pool' }
    ]
  )
  t.ok(findings.some(({ kind, configured }) => kind === 'file' && configured === 'processor'))
})

t.test('the lines of one more go below the sensors that are there', async (t) => {
  const config = load(`sensors:
  - type: bme280
    name: bme280
    bus: i2c-3
    address: 0x77
`)
  const { findings } = await scanned(config)
  const lines = proposalLines(findings, { hasSensors: true, hasTime: true })
  t.equal(lines[0], '  - type: bh1750')
  const text = `sensors:\n  - type: bme280\n    name: bme280\n    bus: i2c-3\n    address: 0x77\n${lines.join('\n')}\n`
  t.equal(load(text).sensors[1]?.name, 'bh1750')
  t.equal(
    load(text).sensors.find(({ bus, address }) => bus === 'i2c-1' && address === 0x76)?.name,
    'bme280-2'
  )
  t.ok(lines.includes('#     type: ds3231'), 'the clock stays a comment where there is a section time')
})

async function tested(text: string, change: (world: SimulatedWorld) => void = () => {}) {
  const { clock, world } = machine()
  change(world)
  const { signal } = new AbortController()
  const results: TestedSensor[] = []
  const work = async (): Promise<void> => {
    for await (const each of testDevices({ config: load(text), world, devices: [], signal }))
      results.push(each)
  }
  await clock.run(work())
  return results
}

const TWO = `sensors:
  - { type: bme280, name: weather, address: 0x76 }
  - { type: system, name: box, options: { parts: memory wifi wear } }
`

t.test('a test distinguishes plausible, unusual and fault', async (t) => {
  const results = await tested(TWO, (world) => {
    world.ambient.hold('humidity', 100)
    world.ambient.hold('pressure', 101_325)
    world.ambient.hold('temperature', 21)
  })
  t.match(results, [
    {
      name: 'weather',
      place: '0x76 on i2c-1',
      values: [
        { series: 'temperature', state: 'plausible' },
        { series: 'humidity', state: 'unusual', why: 'unusually high' },
        { series: 'pressure', state: 'plausible', shown: /1013\.\d+ hPa/ }
      ]
    },
    {
      name: 'box',
      values: [
        { series: 'ratio.memory', state: 'plausible' },
        { series: 'signal.wifi', state: 'plausible' },
        { series: 'ratio.wear', state: 'fault', code: 'absent', why: /SD cards do not/ },
        { series: 'alarm.wear', state: 'fault' }
      ]
    }
  ])
})

t.test('a sensor that cannot be read, and one that does not end', async (t) => {
  const unplugged = await tested(TWO, ({ faults }) => faults.set('i2c-1', 0x76, 'unplugged'))
  t.match(unplugged[0], {
    hint: /kith doctor/,
    values: [
      { state: 'fault', code: 'no-acknowledge-address', why: /^bme280 at 0x76 on i2c-1 does not/ },
      {},
      {}
    ]
  })
  const hanging = await tested(TWO, ({ faults }) => faults.hang('i2c-1'))
  t.match(hanging[0]?.values[0], { state: 'fault', code: 'timeout' })
  t.match(hanging[1]?.values[0], { state: 'plausible' }, 'the next one is read all the same')
})

t.test('a running node scans beside its sensors: their chips are listed and not addressed', async (t) => {
  const { clock, world } = machine()
  const config = load(`sensors:
  - { type: tmp102, name: air, bus: i2c-1, address: 0x48 }
  - { type: thermal, name: processor }
time: { rtc: { type: ds3231, bus: i2c-1, address: 0x68 } }
`)
  const addressed = new Set<string>()
  for (const name of ['i2c-1', 'i2c-3']) {
    const bus = await world.buses.open(name)
    const exclusive = bus.exclusive.bind(bus)
    bus.exclusive = async (address, ...rest) => {
      addressed.add(`${name} ${address}`)
      return await exclusive(address, ...rest)
    }
  }
  const { signal } = new AbortController()
  const { findings } = await clock.run(
    scanRunning(world, { config, devices, clocks: clockChips, buses: [], signal })
  )
  t.match(
    findings.filter(({ configured, place }) => configured !== undefined && place.endsWith('i2c-1')),
    [
      { kind: 'sure', place: '0x48 on i2c-1', type: 'tmp102', configured: 'air' },
      { kind: 'sure', place: '0x68 on i2c-1', type: 'ds3231', configured: 'time.rtc' }
    ]
  )
  t.notOk(addressed.has('i2c-1 72') || addressed.has('i2c-1 104'))
  t.ok(addressed.has('i2c-1 118') && addressed.has('i2c-3 24'), 'all else is probed')
  t.equal(findings.filter(({ place }) => place === '0x48 on i2c-1').length, 1)
  t.match(
    findings.find(({ type }) => type === 'thermal'),
    { configured: 'processor' }
  )
})
