import t from 'tap'
import { LinuxI2cBus } from '../../../src/hal/linux/i2c-bus.ts'
import { packageAdapter } from '../../../src/hal/linux/i2c-package.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { failure, type I2cBusUnderTest, i2cBusConformance } from '../../conformance/i2c-bus.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'
import { FakeI2cModule, systemError } from '../../support/fakes/i2c-module.ts'

interface Bench extends I2cBusUnderTest {
  readonly module: FakeI2cModule
}

/** A bus over a stand-in for npm i2c-bus. */
function bench(): Bench {
  const clock = new VirtualClock()
  const module = new FakeI2cModule(clock)
  const open = packageAdapter(module)
  const bus = new LinuxI2cBus({
    name: 'i2c-7',
    clock,
    calls: blockingCalls(clock),
    open: () => open('/dev/i2c-7')
  })
  return { bus, clock, module, hang: () => module.hang() }
}

i2cBusConformance(t, bench)

const write = (...bytes: number[]): { write: Uint8Array } => ({ write: Uint8Array.from(bytes) })
const EBUSY = (): Error => systemError(16, 'EBUSY')

t.test('the bus of the number is opened, and a register read uses a repeated start', async (t) => {
  const { bus, clock, module } = bench()
  await clock.run(bus.transaction(0x20, [write(1), { read: 32 }]))
  t.same(module.calls, ['open 7', 'block 20'])
})

t.test('an address of the kernel is asked, and never becomes a general call', async (t) => {
  const { bus, clock, module } = bench()
  await clock.run(bus.transaction(0x50, [write(1)]))
  module.refused.set(0x20, EBUSY())
  for (let round = 0; round < 3; round++) {
    t.match(await failure(clock.run(bus.transaction(0x20, [write(6)]))), { kind: 'owned-by-kernel' })
    t.equal(await clock.run(bus.probe(0x20)), 'kernel')
  }
  module.refused.clear()
  t.ok(await clock.run(bus.transaction(0x20, [write(6)])), 'the driver was unbound')
  t.equal(module.generalCalls, 0)
  t.equal(module.opened, module.closed + 1, 'dropped buses are closed')
})

t.test('only a failing first call drops the bus', async (t) => {
  const { bus, clock, module } = bench()
  await clock.run(bus.transaction(0x20, [write(1)]))
  module.broken.set(0x20, systemError(121, ''))
  await failure(clock.run(bus.transaction(0x20, [write(1), { read: 1 }])))
  t.equal(module.closed, 0)
  await failure(clock.run(bus.transaction(0x21, [write(1)])))
  t.equal(module.closed, 1)
})

t.test(
  'numbers of the system become kinds, whatever their sign; a busy bus is no driver of the kernel',
  async (t) => {
    for (const [errno, code, kind] of [
      [121, '', 'no-acknowledge'],
      [-121, 'EREMOTEIO', 'no-acknowledge'],
      [110, 'ETIMEDOUT', 'timeout'],
      [-13, 'EACCES', 'not-permitted'],
      [16, 'EBUSY', 'timeout'],
      [5, 'EIO', 'other']
    ] as const) {
      const { bus, clock, module } = bench()
      await clock.run(bus.transaction(0x20, [write(1)]))
      module.broken.set(0x20, systemError(errno, code))
      t.equal((await failure(clock.run(bus.transaction(0x20, [write(1)])))).kind, kind, `${errno} ${code}`)
    }
  }
)
