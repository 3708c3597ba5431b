import t from 'tap'
import { LinuxI2cBus } from '../../../src/hal/linux/i2c-bus.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { failure, type I2cBusUnderTest, i2cBusConformance } from '../../conformance/i2c-bus.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'
import { FakeI2cAdapters, systemError } from '../../support/fakes/i2c-adapters.ts'

interface Bench extends I2cBusUnderTest {
  readonly adapters: FakeI2cAdapters
}

function bench(functions = {}): Bench {
  const clock = new VirtualClock()
  const adapters = new FakeI2cAdapters(clock)
  Object.assign(adapters.functions, functions)
  const bus = new LinuxI2cBus({
    name: 'i2c-7',
    clock,
    calls: blockingCalls(clock),
    open: () => adapters.open('/dev/i2c-7')
  })
  return { bus, clock, adapters, hang: () => adapters.hang() }
}

i2cBusConformance(t, () => bench())

const write = (...bytes: number[]): { write: Uint8Array } => ({ write: Uint8Array.from(bytes) })

t.test('a register read uses a repeated start where it can', async (t) => {
  const { bus, clock, adapters } = bench()
  const called = async (...operations: ({ write: Uint8Array } | { read: number })[]): Promise<string[]> => {
    adapters.calls.length = 0
    await clock.run(bus.transaction(0x20, operations))
    return adapters.calls
  }
  await called(write(1))
  t.same(await called(write(1), { read: 32 }), ['block 20'])
  t.same(await called(write(1), { read: 33 }), ['write 20', 'read 20'])
  t.same(await called(write(1, 2), { read: 1 }), ['write 20', 'read 20'])
  t.same(await called({ read: 1 }), ['read 20'])
  t.same(await called(write(1), { read: 1 }, { read: 1 }), ['write 20', 'read 20', 'read 20'])
  const simple = bench({ smbusReadI2cBlock: false })
  await simple.clock.run(simple.bus.transaction(0x20, [write(1), { read: 2 }]))
  t.same(simple.adapters.calls.slice(1), ['write 20', 'read 20'])
})

t.test('an address that a driver of the kernel has is refused until it is unbound', async (t) => {
  const { bus, clock, adapters } = bench()
  adapters.refused.set(0x20, systemError(-16, 'I2C_SLAVE'))
  for (let round = 0; round < 2; round++) {
    t.match(await failure(clock.run(bus.transaction(0x20, [write(6)]))), {
      kind: 'owned-by-kernel',
      message: '0x20 on i2c-7 belongs to a driver of the kernel',
      hint: 'hwmon'
    })
    t.equal(await clock.run(bus.probe(0x20)), 'kernel')
  }
  adapters.refused.clear()
  t.ok(await clock.run(bus.transaction(0x20, [write(6)])))
  t.equal(adapters.opened, 1)
})

t.test('an adapter that was pulled out is opened anew', async (t) => {
  const { bus, clock, adapters } = bench()
  await clock.run(bus.transaction(0x20, [write(1)]))
  adapters.broken.set(0x20, systemError(-19))
  t.equal((await failure(clock.run(bus.transaction(0x20, [write(1)])))).kind, 'no-such-bus')
  adapters.broken.clear()
  t.ok(await clock.run(bus.transaction(0x20, [write(1)])))
  t.equal(adapters.opened, 2)
})

t.test('numbers of the system become kinds', async (t) => {
  for (const [errno, kind] of [
    [-121, 'no-acknowledge'],
    [-6, 'no-acknowledge'],
    [-110, 'timeout'],
    [-11, 'arbitration-lost'],
    [-13, 'not-permitted'],
    [-2, 'no-such-bus'],
    [-95, 'unsupported'],
    [-5, 'other']
  ] as const) {
    const { bus, clock, adapters } = bench()
    adapters.broken.set(0x20, systemError(errno))
    const error = await failure(clock.run(bus.transaction(0x20, [write(1)])))
    t.equal(error.kind, kind, String(errno))
    t.match(error.message, /^0x20 on i2c-7 /)
    t.match(error, { cause: { errno } })
  }
})

t.test('a busy bus is not taken for a driver of the kernel', async (t) => {
  const { bus, clock, adapters } = bench()
  adapters.broken.set(0x20, systemError(-16))
  t.equal((await failure(clock.run(bus.transaction(0x20, [write(1)])))).kind, 'timeout')
})

t.test('what lost the bus before anything was sent is repeated, and nothing else', async (t) => {
  const { bus, clock, adapters } = bench()
  await clock.run(bus.transaction(0x20, [write(1)]))
  const tries = async (error: Error, ...operations: ({ write: Uint8Array } | { read: number })[]) => {
    adapters.broken.set(0x20, error)
    adapters.calls.length = 0
    const { kind } = await failure(clock.run(bus.transaction(0x20, operations)))
    return [kind, ...adapters.calls]
  }
  const lost = (): Error => systemError(-11)
  t.same(await tries(lost(), write(1, 2)), ['arbitration-lost', 'write 20', 'write 20', 'write 20'])
  t.same(await tries(lost(), write(1), { read: 1 }), ['arbitration-lost', 'block 20', 'block 20', 'block 20'])
  t.same(await tries(systemError(-121), write(1)), ['no-acknowledge', 'write 20'])
  t.same(await tries(systemError(-110), write(1)), ['timeout', 'write 20'])
  adapters.broken.clear()
  adapters.losing = { read: 1 }
  adapters.calls.length = 0
  t.equal(
    (await failure(clock.run(bus.transaction(0x20, [write(1, 2), { read: 1 }])))).kind,
    'arbitration-lost'
  )
  t.same(adapters.calls, ['write 20', 'read 20'], 'a second operation is not')
  adapters.calls.length = 0
  adapters.losing = { read: 2 }
  t.ok(await clock.run(bus.transaction(0x20, [{ read: 1 }])), 'a disturbance that passes is not seen')
  t.same(adapters.calls, ['read 20', 'read 20', 'read 20'])
})

t.test('fewer bytes than asked for are an error', async (t) => {
  const { bus, clock, adapters } = bench()
  adapters.missing = 1
  for (const operations of [[write(1, 2)], [{ read: 3 }], [write(1), { read: 3 }]]) {
    t.match(await failure(clock.run(bus.transaction(0x20, operations))), {
      kind: 'other',
      message: /exchanged \d of \d/
    })
  }
})

t.test("the probe follows i2cdetect's rule", async (t) => {
  const { bus, clock, adapters } = bench()
  const probed = async (address: number): Promise<string | undefined> => {
    await clock.run(bus.probe(address))
    return adapters.calls.at(-1)
  }
  for (const address of [0x30, 0x37, 0x50, 0x5f])
    t.equal(await probed(address), `byte ${address.toString(16)}`)
  for (const address of [0x08, 0x2f, 0x38, 0x4f, 0x60, 0x77]) {
    t.equal(await probed(address), `quick ${address.toString(16)}`)
  }
  const simple = bench({ smbusQuick: false })
  await simple.clock.run(simple.bus.probe(0x20))
  t.equal(simple.adapters.calls.at(-1), 'byte 20')
  adapters.broken.set(0x20, systemError(-110))
  t.equal((await failure(clock.run(bus.probe(0x20)))).kind, 'timeout', 'a held bus is not an empty one')
})

t.test('no two calls are under way at once', async (t) => {
  const { bus, clock, adapters } = bench()
  const transfers = [0x20, 0x50, 0x20, 0x50].map((address) =>
    bus.transaction(address, [write(1), { read: 40 }])
  )
  await clock.run(Promise.all([...transfers, bus.probe(0x20)]))
  t.equal(adapters.maxAtOnce, 1)
  t.equal(adapters.opened, 1)
})

t.test('a transfer that hangs occupies one thread only', async (t) => {
  const { bus, clock, adapters } = bench()
  const release = adapters.hang()
  const waiting = Array.from({ length: 10 }, () =>
    failure(bus.transaction(0x20, [write(1)], { deadline: 30 }))
  )
  await clock.run(Promise.all(waiting))
  t.equal(adapters.calls.filter((call) => call.startsWith('write')).length, 1)
  const closing = bus.close()
  await clock.run(closing)
  t.equal(clock.monotonic() >= 2000, true, 'close waits one deadline, then leaves')
  release()
})

t.test('where no thread is left, a transfer names the calls that hold them', async (t) => {
  const clock = new VirtualClock()
  const adapters = new FakeI2cAdapters(clock)
  const calls = blockingCalls(clock)
  const bus = new LinuxI2cBus({ name: 'i2c-7', clock, calls, open: () => adapters.open('/dev/i2c-7') })
  for (const what of ['/sys/a', '/sys/b', '/sys/c'])
    void calls.run({ what, lane: what }, () => new Promise(() => {}))
  await clock.advance(5000)
  t.match(await failure(bus.transaction(0x20, [{ read: 1 }])), {
    kind: 'busy',
    message: '0x20 on i2c-7 cannot be reached: /sys/a and /sys/b and /sys/c have not returned for 4 s',
    hint: /unplug/
  })
  t.same(adapters.calls, [])
})
