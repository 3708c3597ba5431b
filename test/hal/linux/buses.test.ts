import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { LinuxBuses, type LinuxBusesOptions } from '../../../src/hal/linux/buses.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { failure } from '../../conformance/i2c-bus.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'
import { FakeI2cAdapters } from '../../support/fakes/i2c-adapters.ts'

async function devFolder(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-dev-'))
  t.teardown(() => rm(folder, { recursive: true }))
  for (const name of names) await writeFile(join(folder, name), '')
  return folder
}

async function bench(load?: LinuxBusesOptions['load']) {
  const clock = new VirtualClock()
  const adapters = new FakeI2cAdapters(clock)
  const folder = await devFolder('i2c-10', 'i2c-1', 'i2c-x', 'null')
  return {
    clock,
    adapters,
    buses: new LinuxBuses({
      clock,
      calls: blockingCalls(clock),
      folder,
      load: load ?? (() => adapters.open)
    })
  }
}

t.test('the buses of the machine, by number', async (t) => {
  const { buses } = await bench()
  t.same(await buses.list(), ['i2c-1', 'i2c-10'])
  const clock = new VirtualClock()
  const calls = blockingCalls(clock)
  const nowhere = new LinuxBuses({ clock, calls, folder: '/nonexistent' })
  t.same(await nowhere.list(), [])
  t.match(await failure(nowhere.open('i2c-1')), { kind: 'no-such-bus', hint: 'raspi-config' })
})

t.test('a bus is opened once and serialised by one owner', async (t) => {
  const { buses, clock, adapters } = await bench()
  const [bus, same] = await Promise.all([buses.open('i2c-10'), buses.open('i2c-10')])
  t.equal(bus, same)
  t.equal(adapters.opened, 0, 'its file is opened with the first transfer')
  await clock.run(bus.transaction(0x20, [{ read: 1 }]))
  t.match(adapters.calls[0], /^open .*\/i2c-10$/)
  await buses.close()
  t.equal(adapters.closed, 1)
  t.equal((await failure(bus.probe(0x20))).kind, 'closed')
})

t.test('a bus that is not there is reported with those that are', async (t) => {
  const { buses } = await bench()
  for (const name of ['i2c-2', 'i2c-x', 'null', '../i2c-1', '']) {
    t.match(await failure(buses.open(name)), { kind: 'no-such-bus', hint: 'there is i2c-1, i2c-10' })
  }
})

t.test('an addon that is not built is reported with a hint', async (t) => {
  const { buses } = await bench(() => {
    throw new Error('it is not built for linux-riscv64')
  })
  t.match(await failure(buses.open('i2c-1')), {
    kind: 'unsupported',
    message: 'i2c-1 cannot be used',
    hint: /C compiler: node .*build-native\.mjs; or use simulatedWorld\(\)/,
    commandHint: /build-native\.mjs; or use --simulated/
  })
})
