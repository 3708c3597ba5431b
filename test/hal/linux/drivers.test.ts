import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { chipModels } from '../../../devices/models.ts'
import { i2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { volatileState } from '../../../src/hal/device-state.ts'
import { LinuxI2cBus } from '../../../src/hal/linux/i2c-bus.ts'
import type { I2cSensorDefinition } from '../../../src/hal/sensor.ts'
import { Ambient } from '../../../src/hal/simulated/ambient.ts'
import { SeededRandom } from '../../../src/hal/simulated/random.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'
import { FakeI2cAdapters } from '../../support/fakes/i2c-adapters.ts'
import { defaultOptions, SensorBench } from '../../support/hardware/sensor-bench.ts'

// The same driver, over the kernel's calls instead of the simulated bus, measures the same.
for (const definition of devices.filter((each): each is I2cSensorDefinition => each.bus === 'i2c')) {
  t.test(definition.type, async (t) => {
    const model = chipModels[definition.type]
    if (model === undefined) throw new Error('it has no model')
    const address = definition.addresses[0] ?? 0
    const clock = new VirtualClock()
    const ambient = new Ambient(clock, definition.type)
    const chip = model({ clock, ambient, random: new SeededRandom(1) })
    const adapters = new FakeI2cAdapters(clock, new Map([[address, chip]]))
    const bus = new LinuxI2cBus({
      name: 'i2c-1',
      clock,
      calls: blockingCalls(clock),
      open: () => adapters.open('/dev/i2c-1')
    })
    const bench = new SensorBench(definition, model)
    for (const quantity of [
      'temperature',
      'humidity',
      'pressure',
      'illuminance',
      'co2',
      'voltage',
      'current'
    ] as const) {
      bench.world.ambient.hold(quantity, ambient.value(quantity))
      ambient.hold(quantity, ambient.value(quantity))
    }
    const signal = new AbortController().signal
    const device = i2cDevice(bus, address, definition.type)
    const opening = definition.open(device, defaultOptions(definition), {
      clock,
      name: 'bench',
      signal,
      state: volatileState()
    })
    const sensor = await clock.run(opening)
    t.same(await clock.run(sensor.sample(signal)), await bench.sample(await bench.open()))
    t.equal(adapters.maxAtOnce, 1)
  })
}
