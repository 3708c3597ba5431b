import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { chipModels } from '../../../devices/models.ts'
import { i2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { volatileState } from '../../../src/hal/device-state.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { failure } from '../../conformance/i2c-bus.ts'
import { memoryChip } from '../../support/hardware/memory-chip.ts'

t.test('chips are where they were put', async (t) => {
  const clock = new VirtualClock()
  const world = simulatedWorld({
    clock,
    chips: [
      { bus: 'i2c-1', type: 'bme280', address: 0x76 },
      { bus: 'i2c-3', type: 'tmp102', address: 0x48 }
    ],
    models: chipModels
  })
  t.equal(world.kind, 'simulated')
  t.same(await world.buses.list(), ['i2c-1', 'i2c-3'])
  const bus = await world.buses.open('i2c-1')
  t.equal(await world.buses.open('i2c-1'), bus, 'one owner serialises it')
  t.equal(await bus.probe(0x76), 'present')
  t.equal(await bus.probe(0x48), 'absent')
  world.attach('i2c-1', 0x20, memoryChip)
  t.equal(await bus.probe(0x20), 'present')
  t.match(await failure(world.buses.open('i2c-2')), { kind: 'no-such-bus', hint: 'there is i2c-1, i2c-3' })
  await world.close()
  t.equal((await failure(bus.probe(0x76))).kind, 'closed')
})

t.test('a type without a model is reported', async (t) => {
  const chips = [{ bus: 'i2c-1', type: 'constructor', address: 0x76 }]
  t.throws(() => simulatedWorld({ chips, models: chipModels }), {
    message: 'constructor at 0x76 on i2c-1 cannot be simulated'
  })
})

t.test('the same seed gives the same world', async (t) => {
  const measured = async (seed: string): Promise<unknown> => {
    const clock = new VirtualClock()
    const chips = [{ bus: 'i2c-1', type: 'bme280', address: 0x76 }]
    const world = simulatedWorld({ seed, clock, chips, models: chipModels })
    const definition = devices.find(({ type }) => type === 'bme280')
    if (definition?.bus !== 'i2c') throw new Error('bme280 is on I2C')
    const device = i2cDevice(await world.buses.open('i2c-1'), 0x76, 'bme280')
    const signal = new AbortController().signal
    const options = { oversampling: 1, iir: 0, mode: 'forced' }
    const sensor = await clock.run(
      definition.open(device, options, { clock, name: 'air', signal, state: volatileState() })
    )
    return [await clock.run(sensor.sample(signal)), world.random(8)]
  }
  t.same(await measured('a'), await measured('a'))
  t.notSame(await measured('a'), await measured('b'))
})

t.test('time has the status that was set, and files come from their models', async (t) => {
  const world = simulatedWorld({
    clock: new VirtualClock(),
    timeQuality: 2,
    fileModels: {
      thermal: ({ ambient }) => ({ '/sys/t': () => `${Math.round(ambient.value('temperature') * 1000)}\n` })
    }
  })
  t.same(await world.time.status(), { quality: 2, offset: 0 })
  world.time.set({ quality: 1, errorBound: 0.5, offset: 40 })
  t.same(await world.time.status(), { quality: 1, errorBound: 0.5, offset: 40 })
  world.ambient.hold('temperature', 21.5)
  t.equal(await world.sysfs.read('/sys/t'), '21500\n')
  world.lines.drive('GPIO17', 1)
  t.equal(await (await world.pins.input('GPIO17')).read(), 1)
})
