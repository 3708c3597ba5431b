import t from 'tap'
import { Ambient } from '../../../src/hal/simulated/ambient.ts'
import { Faults } from '../../../src/hal/simulated/faults.ts'
import { SimulatedI2cBus } from '../../../src/hal/simulated/i2c-bus.ts'
import { type ChipModel, NotAcknowledged } from '../../../src/hal/simulated/model.ts'
import { SeededRandom } from '../../../src/hal/simulated/random.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { failure, type I2cBusUnderTest, i2cBusConformance } from '../../conformance/i2c-bus.ts'
import { memoryChip } from '../../support/hardware/memory-chip.ts'

interface Bench extends I2cBusUnderTest {
  readonly bus: SimulatedI2cBus
  readonly faults: Faults
}

function bench(byteTime = 0): Bench {
  const clock = new VirtualClock()
  const faults = new Faults()
  const environment = { clock, ambient: new Ambient(clock, 1), random: new SeededRandom(1) }
  const bus = new SimulatedI2cBus({ name: 'i2c-7', environment, faults, byteTime })
  bus.attach(0x20, memoryChip)
  bus.attach(0x50, memoryChip)
  const hang = (): (() => void) => {
    faults.hang('i2c-7')
    return () => faults.unhang('i2c-7')
  }
  return { bus, clock, faults, hang }
}

t.test('transfers that end at once', async (t) => i2cBusConformance(t, bench))
t.test('transfers that take their time', async (t) => i2cBusConformance(t, () => bench(0.09)))

const write = (...bytes: number[]): { write: Uint8Array } => ({ write: Uint8Array.from(bytes) })

t.test('bytes take their time', async (t) => {
  const { bus, clock } = bench(0.09)
  await clock.run(bus.transaction(0x20, [write(0), { read: 8 }]))
  t.ok(Math.abs(clock.monotonic() - 0.09 * 11) < 1e-9, 'two addresses, one byte, eight bytes')
})

t.test('an address is taken once', async (t) => {
  const { bus } = bench()
  t.throws(() => bus.attach(0x20, memoryChip), { message: '0x20 on i2c-7 is taken by another chip' })
  t.throws(() => bus.attach(0, memoryChip), { message: /^0x00 on i2c-7 is not an address/ })
})

t.test('faults between chip and bus', async (t) => {
  const { bus, faults } = bench()
  const read = async (): Promise<number[]> => {
    const [bytes = new Uint8Array()] = await bus.transaction(0x20, [write(0x10), { read: 3 }])
    return [...bytes]
  }
  faults.set('i2c-7', 0x20, 'stuck-high')
  t.same(await read(), [0xff, 0xff, 0xff])
  faults.set('i2c-7', 0x20, 'stuck-low')
  t.same(await read(), [0, 0, 0])
  faults.set('i2c-7', 0x20, 'bad-crc')
  t.same(await read(), [0x10, 0x11, 0x02])
  faults.set('i2c-7', 0x20, 'garbage')
  t.notSame(await read(), await read())
  faults.set('i2c-7', 0x20, 'no-acknowledge-data')
  t.equal((await failure(read())).kind, 'no-acknowledge-data')
  t.equal(await bus.probe(0x20), 'present')
  faults.set('i2c-7', 0x20, 'no-acknowledge-address')
  t.equal((await failure(read())).kind, 'no-acknowledge-address')
  t.equal(await bus.probe(0x20), 'absent')
  faults.clear('i2c-7', 0x20)
  t.same(await read(), [0x10, 0x11, 0x12])
})

t.test('a chip that lost its power has lost its settings', async (t) => {
  const { bus, faults } = bench()
  const read = async (): Promise<number | undefined> =>
    (await bus.transaction(0x20, [write(9), { read: 1 }]))[0]?.[0]
  for (const lose of [
    () => faults.brownOut('i2c-7', 0x20),
    () => {
      faults.set('i2c-7', 0x20, 'unplugged')
      faults.clear('i2c-7', 0x20)
    }
  ]) {
    await bus.transaction(0x20, [write(9, 0xaa)])
    t.equal(await read(), 0xaa)
    lose()
    t.equal(await read(), 9)
  }
})

t.test('the oscillator of a chip can stop', async (t) => {
  const { bus, faults, clock } = bench()
  bus.attach(
    0x30,
    (environment): ChipModel => ({
      write() {},
      read: (count) => new Uint8Array(count).fill(environment.clock.monotonic())
    })
  )
  const read = async (): Promise<number | undefined> => (await bus.transaction(0x30, [{ read: 1 }]))[0]?.[0]
  await clock.advance(5)
  faults.set('i2c-7', 0x30, 'never-ready')
  t.equal(await read(), 5)
  await clock.advance(5)
  t.equal(await read(), 5)
  faults.clear('i2c-7', 0x30)
  t.equal(await read(), 10)
})

t.test('a model refuses where it wants', async (t) => {
  const { bus } = bench()
  bus.attach(0x44, () => ({
    write: ([command]) => {
      if (command === 0xff) throw new NotAcknowledged('data')
    },
    read: () => {
      throw new NotAcknowledged('address')
    }
  }))
  t.equal((await failure(bus.transaction(0x44, [{ read: 1 }]))).kind, 'no-acknowledge-address')
  t.match(await failure(bus.transaction(0x44, [write(0xff)])), {
    kind: 'no-acknowledge-data',
    message: '0x44 on i2c-7 does not acknowledge a byte sent to it'
  })
})

t.test('a fault of a model itself is not hidden', async (t) => {
  const { bus } = bench()
  const broken = (): never => {
    throw new TypeError('broken model')
  }
  bus.attach(0x45, () => ({ write: broken, read: broken }))
  await t.rejects(bus.transaction(0x45, [{ read: 1 }]), { name: 'TypeError' })
  await t.rejects(bus.probe(0x45), { name: 'TypeError' })
})
