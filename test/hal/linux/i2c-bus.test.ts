import t from 'tap'
import { LinuxI2cBus } from '../../../src/hal/linux/i2c-bus.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { failure, type I2cBusUnderTest, i2cBusConformance } from '../../conformance/i2c-bus.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'
import { FakeI2cModule, systemError } from '../../support/fakes/i2c-module.ts'

interface Bench extends I2cBusUnderTest {
  readonly module: FakeI2cModule
}

function bench(): Bench {
  const clock = new VirtualClock()
  const module = new FakeI2cModule(clock)
  const bus = new LinuxI2cBus({
    name: 'i2c-7',
    clock,
    calls: blockingCalls(clock),
    open: () => module.openPromisified(7)
  })
  return { bus, clock, module, hang: () => module.hang() }
}

i2cBusConformance(t, bench)

const write = (...bytes: number[]): { write: Uint8Array } => ({ write: Uint8Array.from(bytes) })
const EBUSY = (): Error => systemError(16, 'EBUSY')

t.test('a register read uses a repeated start where it can', async (t) => {
  const { bus, clock, module } = bench()
  const called = async (...operations: ({ write: Uint8Array } | { read: number })[]): Promise<string[]> => {
    module.calls.length = 0
    await clock.run(bus.transaction(0x20, operations))
    return module.calls
  }
  await called(write(1))
  t.same(await called(write(1), { read: 32 }), ['block 20'])
  t.same(await called(write(1), { read: 33 }), ['write 20', 'read 20'])
  t.same(await called(write(1, 2), { read: 1 }), ['write 20', 'read 20'])
  t.same(await called({ read: 1 }), ['read 20'])
  t.same(await called(write(1), { read: 1 }, { read: 1 }), ['write 20', 'read 20', 'read 20'])
  module.funcs = { smbusQuick: true, smbusReadI2cBlock: false }
  t.same(await called(write(1), { read: 2 }), ['write 20', 'read 20'])
})

t.test('an address of the kernel is asked, and never becomes a general call', async (t) => {
  const { bus, clock, module } = bench()
  await clock.run(bus.transaction(0x50, [write(1)]))
  module.refused.set(0x20, EBUSY())
  for (let round = 0; round < 3; round++) {
    t.match(await failure(clock.run(bus.transaction(0x20, [write(6)]))), {
      kind: 'owned-by-kernel',
      message: '0x20 on i2c-7 belongs to a driver of the kernel',
      hint: 'hwmon'
    })
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

t.test('an adapter that was pulled out is opened anew', async (t) => {
  const { bus, clock, module } = bench()
  await clock.run(bus.transaction(0x20, [write(1)]))
  module.broken.set(0x20, systemError(-19, 'ENODEV'))
  t.equal((await failure(clock.run(bus.transaction(0x20, [write(1)])))).kind, 'no-such-bus')
  module.broken.clear()
  t.ok(await clock.run(bus.transaction(0x20, [write(1)])))
  t.equal(module.opened, 2)
})

t.test('numbers of the system become kinds, whatever their sign and code', async (t) => {
  for (const [errno, code, kind] of [
    [121, '', 'no-acknowledge'],
    [-121, 'EREMOTEIO', 'no-acknowledge'],
    [6, 'ENXIO', 'no-acknowledge'],
    [-6, 'ENXIO', 'no-acknowledge'],
    [110, 'ETIMEDOUT', 'timeout'],
    [11, 'EAGAIN', 'arbitration-lost'],
    [-13, 'EACCES', 'not-permitted'],
    [-2, 'ENOENT', 'no-such-bus'],
    [16, 'EBUSY', 'owned-by-kernel'],
    [95, 'EOPNOTSUPP', 'unsupported'],
    [5, 'EIO', 'other']
  ] as const) {
    const { bus, clock, module } = bench()
    module.broken.set(0x20, systemError(errno, code))
    const error = await failure(clock.run(bus.transaction(0x20, [write(1)])))
    t.equal(error.kind, kind, `${errno} ${code}`)
    t.match(error.message, /^0x20 on i2c-7 /)
    t.match(error, { cause: { errno } })
  }
})

t.test('a busy bus is not taken for a driver of the kernel', async (t) => {
  const { bus, clock, module } = bench()
  await clock.run(bus.transaction(0x20, [write(1)]))
  module.broken.set(0x20, EBUSY())
  t.equal((await failure(clock.run(bus.transaction(0x20, [write(1)])))).kind, 'timeout')
})

t.test('what lost the bus before anything was sent is repeated, and nothing else', async (t) => {
  const { bus, clock, module } = bench()
  await clock.run(bus.transaction(0x20, [write(1)]))
  const tries = async (error: Error, ...operations: ({ write: Uint8Array } | { read: number })[]) => {
    module.broken.set(0x20, error)
    module.calls.length = 0
    const { kind } = await failure(clock.run(bus.transaction(0x20, operations)))
    return [kind, ...module.calls]
  }
  const lost = (): Error => systemError(-11, 'EAGAIN')
  t.same(await tries(lost(), write(1, 2)), ['arbitration-lost', 'write 20', 'write 20', 'write 20'])
  t.same(await tries(lost(), write(1), { read: 1 }), ['arbitration-lost', 'block 20', 'block 20', 'block 20'])
  t.same(await tries(systemError(-121, 'EREMOTEIO'), write(1)), ['no-acknowledge', 'write 20'])
  t.same(await tries(systemError(-110, 'ETIMEDOUT'), write(1)), ['timeout', 'write 20'])
  module.broken.clear()
  module.losing = { read: 1 }
  module.calls.length = 0
  t.equal(
    (await failure(clock.run(bus.transaction(0x20, [write(1, 2), { read: 1 }])))).kind,
    'arbitration-lost'
  )
  t.same(module.calls, ['write 20', 'read 20'], 'a second operation is not')
  module.calls.length = 0
  module.losing = { read: 2 }
  t.ok(await clock.run(bus.transaction(0x20, [{ read: 1 }])), 'a disturbance that passes is not seen')
  t.same(module.calls, ['read 20', 'read 20', 'read 20'])
})

t.test('fewer bytes than asked for are an error', async (t) => {
  const { bus, clock, module } = bench()
  module.missing = 1
  for (const operations of [[write(1, 2)], [{ read: 3 }], [write(1), { read: 3 }]]) {
    t.match(await failure(clock.run(bus.transaction(0x20, operations))), {
      kind: 'other',
      message: /exchanged \d of \d/
    })
  }
})

t.test("the probe follows i2cdetect's rule", async (t) => {
  const { bus, clock, module } = bench()
  const probed = async (address: number): Promise<string | undefined> => {
    await clock.run(bus.probe(address))
    return module.calls.at(-1)
  }
  for (const address of [0x30, 0x37, 0x50, 0x5f])
    t.equal(await probed(address), `byte ${address.toString(16)}`)
  for (const address of [0x08, 0x2f, 0x38, 0x4f, 0x60, 0x77]) {
    t.equal(await probed(address), `quick ${address.toString(16)}`)
  }
  module.funcs = { smbusQuick: false, smbusReadI2cBlock: true }
  t.equal(await probed(0x20), 'byte 20')
  module.broken.set(0x20, systemError(110, 'ETIMEDOUT'))
  t.equal((await failure(clock.run(bus.probe(0x20)))).kind, 'timeout', 'a held bus is not an empty one')
})

t.test('no two calls are under way at once', async (t) => {
  const { bus, clock, module } = bench()
  const transfers = [0x20, 0x50, 0x20, 0x50].map((address) =>
    bus.transaction(address, [write(1), { read: 40 }])
  )
  await clock.run(Promise.all([...transfers, bus.probe(0x20)]))
  t.equal(module.maxAtOnce, 1)
  t.equal(module.opened, 1)
})

t.test('a transfer that hangs occupies one thread only', async (t) => {
  const { bus, clock, module } = bench()
  const release = module.hang()
  const waiting = Array.from({ length: 10 }, () =>
    failure(bus.transaction(0x20, [write(1)], { deadline: 30 }))
  )
  await clock.run(Promise.all(waiting))
  t.equal(module.calls.filter((call) => call.startsWith('write')).length, 1)
  const closing = bus.close()
  await clock.run(closing)
  t.equal(clock.monotonic() >= 2000, true, 'close waits one deadline, then leaves')
  release()
})

t.test('where no thread is left, a transfer names the calls that hold them', async (t) => {
  const clock = new VirtualClock()
  const module = new FakeI2cModule(clock)
  const calls = blockingCalls(clock)
  const bus = new LinuxI2cBus({ name: 'i2c-7', clock, calls, open: () => module.openPromisified(7) })
  for (const what of ['/sys/a', '/sys/b', '/sys/c'])
    void calls.run({ what, lane: what }, () => new Promise(() => {}))
  await clock.advance(5000)
  t.match(await failure(bus.transaction(0x20, [{ read: 1 }])), {
    kind: 'busy',
    message: '0x20 on i2c-7 cannot be reached: /sys/a and /sys/b and /sys/c have not returned for 4 s',
    hint: /unplug/
  })
  t.same(module.calls, [])
})
