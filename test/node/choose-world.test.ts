import t from 'tap'
import { clockChips, devices } from '../../devices/index.ts'
import { loadConfig } from '../../src/config/load.ts'
import { i2cDevice } from '../../src/hal/bus/i2c-device.ts'
import { simulatedWorld } from '../../src/hal/simulated/world.ts'
import { silentLog } from '../../src/log.ts'
import { chooseWorld } from '../../src/node/choose-world.ts'
import { memoryChip } from '../support/hardware/memory-chip.ts'

const acme = {
  ...(devices.find(({ type }) => type === 'tmp102') ?? { type: '' }),
  type: 'acme',
  addresses: [0x21]
} as (typeof devices)[number]

function configOf(text: string) {
  return loadConfig({ text, devices: [...devices, acme], clocks: clockChips }).config
}

const WIRED = configOf(`
buses: [{ name: attic, channel: 3 }, { name: beds, bus: attic, address: 0x71, channel: 0 }]
sensors:
  - { type: bme280, name: one }
  - { type: acme, bus: attic }
  - { type: tmp102, bus: beds }
time: { rtc: { type: ds3231 } }
`)

t.test('a simulated world is wired as configured', async (t) => {
  const world = await chooseWorld({ simulated: 1, models: { acme: memoryChip } }, WIRED)
  t.same(await world.buses.list(), ['i2c-1', 'attic', 'beds'])
  const present = async (bus: string): Promise<number[]> => {
    const opened = await world.buses.open(bus)
    const found = []
    for (let address = 0x08; address < 0x78; address++)
      if ((await opened.probe(address)) === 'present') found.push(address)
    return found
  }
  t.same(await present('i2c-1'), [0x68, 0x70, 0x76])
  t.same(await present('attic'), [0x21, 0x68, 0x70, 0x71, 0x76])
  t.same(await present('beds'), [0x21, 0x48, 0x68, 0x70, 0x71, 0x76])
  const device = i2cDevice(await world.buses.open('beds'), 0x48, 'tmp102')
  t.equal((await device.writeRead([1], 2)).length, 2)
  await world.close()
  await t.rejects(device.read(1), { code: 'closed' })
})

t.test('a world of one’s own gets the configured branches too', async (t) => {
  const own = simulatedWorld()
  t.equal(await chooseWorld(own, configOf('')), own)
  const world = await chooseWorld(own, WIRED)
  t.type(world.buses.list, 'function')
  t.equal((await chooseWorld('linux', configOf(''))).kind, 'linux')
})

t.test('a chip without a model is logged', async (t) => {
  await t.rejects(chooseWorld({ simulated: 1 }, WIRED), {
    code: 'no-model',
    message: 'acme at 0x21 on attic cannot be simulated'
  })
})

t.test('a scenario begins with the world', async (t) => {
  const logged: string[] = []
  const first = new AbortController()
  const info = (line: string): void => {
    logged.push(line)
    first.abort()
  }
  const action = { kind: 'release', quantities: [] } as const
  const events = [{ about: 'the curtain', when: { after: 0 }, every: 1, action }]
  const scenario = { about: '', day: {}, chips: [], events }
  const world = await chooseWorld({ simulated: 1, scenario }, configOf(''), { ...silentLog, info })
  await t.rejects(world.clock.sleep(5000, first.signal), 'it happens soon')
  t.equal(logged[0], 'scenario: the curtain')
  await world.close()
})
