import t from 'tap'
import { clockChips, devices } from '../../../devices/index.ts'
import { chipModels } from '../../../devices/models.ts'
import { LinuxI2cBus } from '../../../src/hal/linux/i2c-bus.ts'
import { scanBus } from '../../../src/hal/scan/scan-bus.ts'
import { Ambient } from '../../../src/hal/simulated/ambient.ts'
import { SeededRandom } from '../../../src/hal/simulated/random.ts'
import { SimulatedSysfs } from '../../../src/hal/simulated/sysfs.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'
import { FakeI2cAdapters, systemError } from '../../support/fakes/i2c-adapters.ts'

const CHIPS = [
  [0x23, 'bh1750'],
  [0x38, 'aht20'],
  [0x40, 'si7021'],
  [0x44, 'sht3x'],
  [0x48, 'tmp102'],
  [0x62, 'scd4x'],
  [0x68, 'ds3231'],
  [0x76, 'bme280']
] as const

t.test('the same questions to the kernel: no address is left out', async (t) => {
  const clock = new VirtualClock()
  const environment = { clock, ambient: new Ambient(clock, 1), random: new SeededRandom(1) }
  const chips = CHIPS.flatMap(([address, type]) => {
    const model = chipModels[type]
    return model === undefined ? [] : [[address, model(environment)] as const]
  })
  const adapters = new FakeI2cAdapters(clock, new Map(chips))
  adapters.refused.set(0x4f, systemError(-16, 'I2C_SLAVE'))
  const bus = new LinuxI2cBus({
    name: 'i2c-1',
    clock,
    calls: blockingCalls(clock),
    open: () => adapters.open('/dev/i2c-1')
  })
  const { findings, taken } = await clock.run(
    scanBus(bus, {
      clock,
      signal: new AbortController().signal,
      sysfs: new SimulatedSysfs(),
      candidates: [...devices.filter((each) => each.bus === 'i2c'), ...clockChips],
      except: new Set(),
      configured: new Map(),
      running: false,
      multiplexers: new Map(),
      shown: new Map([['1-004f', 'hwmon']]),
      name: (base) => base
    })
  )
  t.same(
    findings.flatMap(({ kind, type, place }) => (kind === 'kernel' ? [] : [`${type} ${place}`])),
    CHIPS.map(([address, type]) => `${type} 0x${address.toString(16)} on i2c-1`)
  )
  t.match(
    findings.filter(({ kind }) => kind === 'kernel'),
    [{ place: '0x4f on i2c-1', reason: /measure it as hwmon/ }]
  )
  t.equal(taken.size, CHIPS.length + 1)
  const quick = adapters.calls.filter((call) => call.startsWith('quick'))
  t.notOk(
    quick.some((call) => /^quick (3[0-7]|5.)$/.test(call)),
    'memories are probed by reading'
  )
  t.equal(quick.length, 0x78 - 0x08 - 8 - 16)
})
