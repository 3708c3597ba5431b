import t from 'tap'
import { i2cDevice } from '../../../src/hal/bus/i2c-device.ts'
import { Multiplexers } from '../../../src/hal/bus/multiplexers.ts'
import { MuxChannelBus } from '../../../src/hal/bus/mux-channel-bus.ts'
import { type MuxChannel, withMuxChannels } from '../../../src/hal/bus/muxed-buses.ts'
import type { I2cBus } from '../../../src/hal/i2c.ts'
import { LinuxI2cBus } from '../../../src/hal/linux/i2c-bus.ts'
import { Ambient } from '../../../src/hal/simulated/ambient.ts'
import { Faults } from '../../../src/hal/simulated/faults.ts'
import { SimulatedI2cBus } from '../../../src/hal/simulated/i2c-bus.ts'
import { SeededRandom } from '../../../src/hal/simulated/random.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import type { Wires } from '../../../src/hal/simulated/wires.ts'
import { type SimulatedWorld, simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { failure, type I2cBusUnderTest, i2cBusConformance } from '../../conformance/i2c-bus.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'
import { FakeI2cAdapters, systemError } from '../../support/fakes/i2c-adapters.ts'
import { memoryChip } from '../../support/hardware/memory-chip.ts'

const write = (...bytes: number[]): { write: Uint8Array } => ({ write: Uint8Array.from(bytes) })

/** `i2c-7` behind as many multiplexers. */
function channelBench(depth: number): I2cBusUnderTest {
  const clock = new VirtualClock()
  const faults = new Faults()
  const environment = { clock, ambient: new Ambient(clock, 1), random: new SeededRandom(1) }
  const trunk = new SimulatedI2cBus({ name: 'i2c-1', environment, faults, byteTime: 0.09, deadline: 2000 })
  let [bus, wires]: [I2cBus, Wires] = [trunk, trunk.wires]
  for (let level = 1; level <= depth; level++) {
    const name = level === depth ? 'i2c-7' : `level-${level}`
    const address = 0x70 + level
    wires = wires.addMuxChannel(address, level, name)
    const multiplexers = new Multiplexers(bus.path, [address])
    bus = new MuxChannelBus({ name, parent: bus, multiplexers, address, channel: level })
  }
  wires.attach(0x20, memoryChip)
  wires.attach(0x50, memoryChip)
  const hang = (): (() => void) => {
    faults.hang('i2c-1')
    return () => faults.unhang('i2c-1')
  }
  return { bus, clock, hang }
}

t.test('a channel is a bus like any other', async (t) => i2cBusConformance(t, () => channelBench(1)))
t.test('so is one behind two multiplexers', async (t) => i2cBusConformance(t, () => channelBench(2)))

const ATTIC: MuxChannel = { name: 'attic', bus: 'i2c-1', address: 0x70, channel: 3 }
const CELLAR: MuxChannel = { name: 'cellar', bus: 'i2c-1', address: 0x70, channel: 0 }
const SHED: MuxChannel = { name: 'shed', bus: 'i2c-1', address: 0x71, channel: 3 }
const BEDS: MuxChannel = { name: 'beds', bus: 'attic', address: 0x71, channel: 1 }
const BRANCHES = [ATTIC, CELLAR, SHED, BEDS]
/** What is behind the attic hears what is said on the attic, too: only there the address differs. */
const chipOn = (name: string): number => ({ beds: 0x21, 'i2c-1': 0x50 })[name] ?? 0x20

interface House {
  readonly clock: VirtualClock
  readonly world: SimulatedWorld
  readonly bus: (name: string) => Promise<I2cBus>
  /** Writes a byte to the memory of the chip, or reads it. */
  readonly put: (bus: string, byte: number) => Promise<unknown>
  readonly get: (bus: string) => Promise<number | undefined>
}

/** A memory chip on every branch, another on the trunk. */
function house(): House {
  const clock = new VirtualClock()
  const world = withMuxChannels(simulatedWorld({ clock, muxChannels: BRANCHES }), BRANCHES)
  for (const { name } of BRANCHES) world.attach(name, chipOn(name), memoryChip)
  world.attach('i2c-1', 0x50, memoryChip)
  const exchange = async (name: string, ...operations: Parameters<I2cBus['transaction']>[1]) =>
    await (await world.buses.open(name)).transaction(chipOn(name), operations)
  return {
    clock,
    world,
    bus: (name) => world.buses.open(name),
    put: (bus, byte) => clock.run(exchange(bus, write(1, byte))),
    get: async (bus) => (await clock.run(exchange(bus, write(1), { read: 1 })))[0]?.[0]
  }
}

t.test('chips of one address are distinguished by their channels', async (t) => {
  const { put, get, bus, clock } = house()
  for (const [index, { name }] of BRANCHES.entries()) await put(name, 0xa0 + index)
  for (const [index, { name }] of BRANCHES.entries()) t.equal(await get(name), 0xa0 + index, name)
  t.equal(await bus('attic'), await bus('attic'), 'one owner')
  const trunk = await bus('i2c-1')
  t.equal(await clock.run(trunk.probe(0x20)), 'absent', 'between transfers nothing is connected')
  t.equal(await clock.run((await bus('beds')).probe(0x21)), 'present')
  t.equal(await clock.run((await bus('cellar')).probe(0x21)), 'absent')
  t.equal(
    await clock.run((await bus('beds')).probe(0x50)),
    'present',
    'what is on the trunk is seen everywhere'
  )
})

t.test('transfers of all channels at once do not mix', async (t) => {
  const { bus, clock } = house()
  const names = [...BRANCHES.map(({ name }) => name), 'i2c-1']
  const work = Array.from({ length: 60 }, async (_, index) => {
    const name = names[index % names.length] ?? ''
    const register = index & 0xf8
    const [bytes] = await (await bus(name)).transaction(chipOn(name), [
      write(register, index % names.length),
      write(register),
      { read: 1 }
    ])
    return bytes?.[0] === index % names.length
  })
  t.ok((await clock.run(Promise.all(work))).every(Boolean))
})

t.test('the buses that are there, and those that are not', async (t) => {
  const { world, bus } = house()
  t.same(await world.buses.list(), ['i2c-1', 'attic', 'cellar', 'shed', 'beds'])
  t.equal((await failure(bus('nowhere'))).kind, 'no-such-bus')
  const absent = { ...ATTIC, bus: 'i2c-9' }
  const { buses } = withMuxChannels(world, [absent, { ...BEDS, bus: 'attic' }])
  t.equal((await failure(buses.open('beds'))).kind, 'no-such-bus')
  const own = withMuxChannels(simulatedWorld({}), [{ ...ATTIC, bus: 'attic' }])
  t.equal((await failure(own.buses.open('attic'))).kind, 'no-such-bus', 'nothing is behind itself')
  t.same(await own.buses.list(), [])
})

t.test('a fault is reported with the way to it', async (t) => {
  const { world, bus, clock, get } = house()
  const device = i2cDevice(await bus('beds'), 0x21, 'bme280')
  const way = 'channel 1 of 0x71 on attic (channel 3 of 0x70 on i2c-1)'
  t.equal(device.label, `bme280 at 0x21 on beds (${way})`)
  world.faults.set('beds', 0x21, 'unplugged')
  t.match(await failure(clock.run(device.read(1))), {
    kind: 'no-acknowledge-address',
    message: `bme280 at 0x21 on beds (${way}) does not acknowledge`
  })
  world.faults.clear('beds', 0x21)
  world.faults.set('attic', 0x71, 'unplugged')
  t.match(await failure(clock.run(device.read(1))), {
    kind: 'no-acknowledge-address',
    message: `bme280 at 0x21 on beds (${way}) cannot be reached: its multiplexer, 0x71 on attic (channel 3 of 0x70 on i2c-1) does not acknowledge`,
    hint: /wiring/
  })
  t.equal(await get('attic'), 1, 'those before it are none the worse')
  world.faults.clear('attic', 0x71)
  t.ok(await clock.run(device.read(1)), 'plugged in again it is read again')
  world.faults.brownOut('i2c-1', 0x70)
  t.ok(await clock.run(device.read(1)), 'a power cut leaves nothing to be restored')
})

t.test('something else at the address of the multiplexer gives no values', async (t) => {
  const { world, get } = house()
  for (const fault of ['stuck-high', 'stuck-low', 'bad-crc'] as const) {
    world.faults.set('i2c-1', 0x70, fault)
    t.match(await failure(get('attic')), { kind: 'other', message: /reads back .. where 08 was written/ })
  }
  world.faults.clear('i2c-1', 0x70)
  t.equal(await get('attic'), 1)
})

t.test('a channel that stayed connected is disconnected before another is used', async (t) => {
  const { world, put, get, bus, clock } = house()
  await put('attic', 0xf0)
  await put('shed', 0x0f)
  // As a process before this one may have left it, which was killed between two bytes.
  await clock.run((await bus('i2c-1')).transaction(0x71, [write(1 << 3)]))
  t.equal(await get('attic'), 0, 'else two chips answer at once')
  const anew = await withMuxChannels(world, BRANCHES).buses.open('attic')
  t.same(await clock.run(anew.transaction(0x20, [write(1), { read: 1 }])), [Uint8Array.of(0xf0)])
})

t.test('an absent multiplexer does not keep others from being used', async (t) => {
  const { world, get } = house()
  world.faults.set('i2c-1', 0x71, 'unplugged')
  t.equal(await get('attic'), 1)
  t.match((await failure(get('shed'))).kind, /^no-acknowledge/)
  t.equal(await get('cellar'), 1)
})

t.test('a channel whose wires are held low is reported, and releases the bus with them', async (t) => {
  const { world, clock, bus, get } = house()
  world.faults.hang('attic')
  const attic = await bus('attic')
  const late = failure(attic.transaction(0x20, [write(1)], { deadline: 40 }))
  t.match(await clock.run(late), { kind: 'timeout', message: /^0x20 on attic .* no answer within 40 ms$/ })
  world.faults.unhang('attic')
  t.equal(await get('cellar'), 1)
})

t.test('a multiplexer that the kernel drives is reported', async (t) => {
  const clock = new VirtualClock()
  const adapters = new FakeI2cAdapters(clock)
  adapters.refused.set(0x70, systemError(-16, 'I2C_SLAVE'))
  const parent = new LinuxI2cBus({
    name: 'i2c-1',
    clock,
    calls: blockingCalls(clock),
    open: () => adapters.open('/dev/i2c-1')
  })
  const multiplexers = new Multiplexers('i2c-1', [0x70])
  const bus = new MuxChannelBus({ name: 'attic', parent, multiplexers, address: 0x70, channel: 3 })
  t.match(await failure(clock.run(bus.probe(0x20))), {
    kind: 'owned-by-kernel',
    message: /its multiplexer, 0x70 on i2c-1 belongs to a driver of the kernel$/,
    hint: 'the kernel offers its channels as buses of their own',
    commandHint: /kith devices scan/
  })
})
