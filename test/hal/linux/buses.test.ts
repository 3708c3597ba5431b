import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { LinuxBuses, type LinuxBusesOptions } from '../../../src/hal/linux/buses.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { failure } from '../../conformance/i2c-bus.ts'
import { blockingCalls } from '../../support/fakes/blocking-calls.ts'
import { FakeI2cModule } from '../../support/fakes/i2c-module.ts'

async function devFolder(...names: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-dev-'))
  t.teardown(() => rm(folder, { recursive: true }))
  for (const name of names) await writeFile(join(folder, name), '')
  return folder
}

async function bench(load?: LinuxBusesOptions['load']) {
  const clock = new VirtualClock()
  const module = new FakeI2cModule(clock)
  const folder = await devFolder('i2c-10', 'i2c-1', 'i2c-x', 'null')
  return {
    clock,
    module,
    buses: new LinuxBuses({
      clock,
      calls: blockingCalls(clock),
      folder,
      load: load ?? (async () => module)
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
  const { buses, clock, module } = await bench()
  const [bus, same] = await Promise.all([buses.open('i2c-10'), buses.open('i2c-10')])
  t.equal(bus, same)
  t.equal(module.opened, 0, 'its file is opened with the first transfer')
  await clock.run(bus.transaction(0x20, [{ read: 1 }]))
  t.equal(module.calls[0], 'open 10')
  await buses.close()
  t.equal(module.closed, 1)
  t.equal((await failure(bus.probe(0x20))).kind, 'closed')
})

t.test('a bus that is not there is reported with those that are', async (t) => {
  const { buses } = await bench()
  for (const name of ['i2c-2', 'i2c-x', 'null', '../i2c-1', '']) {
    t.match(await failure(buses.open(name)), { kind: 'no-such-bus', hint: 'there is i2c-1, i2c-10' })
  }
})

t.test('a native package that is not built is reported with a hint', async (t) => {
  const { buses } = await bench(async () => {
    throw new Error('Could not locate the bindings file')
  })
  t.match(await failure(buses.open('i2c-1')), {
    kind: 'unsupported',
    message: 'i2c-1 cannot be used',
    hint: /C\+\+ compiler.*kith again.*--simulated/
  })
})

const installed = await import('i2c-bus').then(
  ({ default: module }) => module,
  () => undefined
)
const skip = installed === undefined && 'i2c-bus is not built here'

t.test('the package that is installed has the calls that are used', { skip }, async (t) => {
  const bus = await installed?.openPromisified(9)
  for (const call of [
    'i2cFuncs',
    'i2cRead',
    'i2cWrite',
    'readI2cBlock',
    'receiveByte',
    'writeQuick',
    'close'
  ] as const) {
    t.type(bus?.[call], 'function', call)
  }
  await bus?.close()
})
