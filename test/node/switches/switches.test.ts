import t from 'tap'
import { SwitchOperations } from '../../../src/node/switches/switch-operations.ts'
import { drivenLines } from '../../support/hardware/driven-lines.ts'
import { ANNA, CONFIG, Machine, switchBench } from '../../support/switches.ts'

function operationsOf({ switches, log }: ReturnType<typeof switchBench>): SwitchOperations {
  return new SwitchOperations({
    switches,
    log,
    resolver: {
      isSelf: () => true,
      one: async () => ({ peer: ANNA, addresses: [] }),
      connect: () => Promise.reject(new Error('not asked'))
    },
    labelOf: (peer) => peer,
    client: () => Promise.reject(new Error('not asked'))
  })
}

const rest = { initial: 'safe', whenLost: 'safe', minOff: 0, lock: null, persists: false, since: 0 }
const pump = { name: 'pump', line: 'GPIO27', safe: 'off', maxOn: 600, ...rest }
const fridge = { name: 'fridge', line: 'GPIO22', safe: 'on', maxOn: 300, ...rest }

t.test('started, commanded, reported, stopped', async (t) => {
  const bench = switchBench({ config: CONFIG })
  const { clock, pins, switches } = bench
  const operations = operationsOf(bench)
  await switches.start()
  t.same(await operations.switch({}), [
    { ...pump, state: 'off', left: null },
    { ...fridge, state: 'on', left: null }
  ])
  t.same(await operations.switch({ name: 'pump', to: 'on' }), [{ ...pump, state: 'on', left: 600 }])
  t.equal(pins.level('GPIO27'), 1)
  t.same(await operations.switch({ name: 'fridge', to: 'off' }), [{ ...fridge, state: 'off', left: 300 }])
  await clock.advance(300_000)
  t.same(await operations.switch({}), [
    { ...pump, state: 'on', left: 300, since: 300 },
    { ...fridge, state: 'on', left: null }
  ])
  await switches.stop()
  t.same([pins.level('GPIO27'), pins.level('GPIO22')], [0, 0])
  t.equal(clock.pending, 0)
})

t.test('one that is not there is reported with those that are', async (t) => {
  const bench = switchBench({ config: CONFIG })
  await bench.switches.start()
  await t.rejects(operationsOf(bench).switch({ name: 'lamp', to: 'on' }), {
    code: 'no-such',
    hint: 'it has pump, fridge'
  })
})

t.test('a line of another owner is requested again, and does not keep others from working', async (t) => {
  const bench = switchBench({ config: CONFIG })
  const { clock, pins, lines, switches } = bench
  const operations = operationsOf(bench)
  pins.fail('GPIO27', 'busy')
  await switches.start()
  const fault = { code: 'busy', message: 'line GPIO27 is in use by gpio-keys' }
  t.match(await operations.switch({ name: 'pump' }), [{ name: 'pump', state: 'fault', left: null, fault }])
  await t.rejects(operations.switch({ name: 'pump', to: 'on' }), fault)
  t.match(await operations.switch({ name: 'fridge' }), [{ state: 'on' }])
  await clock.advance(60_000)
  t.equal(lines.length, 1, 'one line in the log')
  pins.fail('GPIO27', undefined)
  await clock.advance(30_000)
  t.match(await operations.switch({ name: 'pump' }), [{ state: 'off' }])
  t.match(lines.at(-1), /pump is open again/)
})

t.test('a board that is pulled out is a fault, and safe when it is back', async (t) => {
  const bench = switchBench({ config: CONFIG })
  const { clock, pins, switches, samples } = bench
  const operations = operationsOf(bench)
  await switches.start()
  await operations.switch({ name: 'pump', to: 'on' })
  pins.fail('GPIO27', 'gone')
  t.match(await operations.switch({ name: 'pump' }), [{ state: 'fault', fault: { code: 'no-such-line' } }])
  await t.rejects(operations.switch({ name: 'pump', to: 'on' }), { code: 'no-such-line' })
  await clock.advance(1000)
  t.match(
    samples.findLast(({ device }) => device === 'pump'),
    { fault: { code: 'no-such-line' } }
  )
  pins.fail('GPIO27', undefined)
  await clock.advance(30_000)
  t.match(await operations.switch({ name: 'pump' }), [{ state: 'off', left: null }])
  t.equal(pins.level('GPIO27'), 0)
  pins.fail('GPIO27', 'gone')
  await t.rejects(operations.switch({ name: 'pump', to: 'on' }), { code: 'no-such-line' })
  await switches.stop()
  t.equal(clock.pending, 0, 'nobody asks for a line after the stop')
})

t.test('a node for one command holds no outputs', async (t) => {
  const bench = switchBench({ config: CONFIG, shortLived: true })
  await bench.switches.start()
  t.ok(await bench.pins.output('GPIO27', 1))
  const operations = operationsOf(bench)
  for (const request of [{}, { name: 'pump' }, { name: 'pump', to: 'on' }] as const)
    await t.rejects(operations.switch(request), { code: 'not-running', commandHint: 'kith run' })
})

t.test('an output that would outlive a killed node is said to', async (t) => {
  const bench = switchBench({ config: CONFIG })
  const { pins, lines, switches } = bench
  const output = pins.output.bind(pins)
  pins.output = async (line, initial) => ({ ...(await output(line, initial)), persists: true })
  await switches.start()
  t.match(lines[0], /switch pump: were kith killed, GPIO27 would stay as it is/)
  t.match(await operationsOf(bench).switch({ name: 'pump' }), [{ persists: true }])
})

t.test('the state is a reading on each change and every interval', async (t) => {
  const config = 'switches: [{ name: pump, line: GPIO27, interval: 30s }]'
  const { clock, switches, samples } = switchBench({ config })
  await switches.start()
  await clock.advance(60_000)
  const states = (): unknown[] => samples.map(({ value }) => value)
  t.same(states(), [false, false, false])
  t.match(samples[0], { device: 'pump', quantity: 'switch', interval: 30 })
  await switches.command({ by: { kind: 'local' }, name: 'pump', on: true, for: 5000 })
  await clock.advance(100)
  t.same(states().slice(3), [true])
  await clock.advance(5000)
  t.same(states().slice(3), [true, false], 'the end of the lease is told as well')
  for (let n = 0; n < 50; n++)
    await switches.command({ by: { kind: 'local' }, name: 'pump', on: n % 2 === 0 })
  await clock.advance(200)
  t.ok(samples.length < 10, 'fast changes are not all told')
  t.equal(samples.at(-1)?.value, false, 'but the last is')
  await switches.stop()
  t.equal(clock.pending, 0)
})

t.test(
  'minOff is refused with the time that is left, and counts over a restart of the process',
  async (t) => {
    const config = 'switches: [{ name: fridge, line: GPIO22, minOff: 3min }]'
    const machine = new Machine()
    const by = { kind: 'local' } as const
    const first = switchBench({ config, machine })
    await first.switches.start()
    await t.rejects(first.switches.command({ by, name: 'fridge', on: true }), {
      code: 'locked',
      left: 180_000
    })
    await machine.clock.advance(180_000)
    await first.switches.command({ by, name: 'fridge', on: true })
    await first.switches.stop()
    await machine.clock.advance(100_000)
    const second = switchBench({ config, machine })
    await second.switches.start()
    await t.rejects(second.switches.command({ by, name: 'fridge', on: true }), {
      code: 'locked',
      left: 80_000
    })
    await machine.clock.advance(80_000)
    await second.switches.command({ by, name: 'fridge', on: true })
    // Killed now: nothing is known of when it went off.
    const third = switchBench({ config, machine: Object.assign(machine, { pins: new Machine().pins }) })
    await third.switches.start()
    await t.rejects(third.switches.command({ by, name: 'fridge', on: true }), {
      code: 'locked',
      left: 180_000
    })
    await machine.clock.advance(180_000)
    await third.switches.command({ by, name: 'fridge', on: true })
    await third.switches.stop()
    machine.boot = { ...machine.boot, id: 2 }
    const fourth = switchBench({ config, machine })
    await fourth.switches.start()
    await t.rejects(
      fourth.switches.command({ by, name: 'fridge', on: true }),
      { code: 'locked', left: 180_000 },
      'another boot'
    )
  }
)

t.test('another list: what is the same keeps its level and its lease', async (t) => {
  const { clock, pins, switches } = switchBench({ config: CONFIG })
  await switches.start()
  const by = { kind: 'local' } as const
  await switches.command({ by, name: 'pump', on: true, for: 60_000 })
  await switches.command({ by, name: 'fridge', on: false })
  const [first, second] = switches.configs
  if (first === undefined || second === undefined) throw new Error('no switches')
  const lamp = { ...second, name: 'lamp' }
  await switches.update([lamp, { ...first }])
  t.same(
    switches.configs.map(({ name }) => name),
    ['lamp', 'pump']
  )
  t.match(await switches.outlet('pump').state(), { on: true, left: 60_000 })
  t.equal(pins.level('GPIO22'), 0, 'another switch has the line, in its initial state')
  await t.rejects(switches.command({ by, name: 'fridge', on: true }), { code: 'no-such' })
  await Promise.all([switches.update([]), switches.update([first]), switches.update([first])])
  t.match(await switches.outlet('pump').state(), { on: false })
  await switches.update([])
  t.same(switches.all(), [])
  await switches.stop()
  t.equal(clock.pending, 0)
})

t.test('the log waits in memory while the disk takes nothing, and a crash loses a second', async (t) => {
  const { clock, machine, switches, log } = switchBench({ config: CONFIG })
  await switches.start()
  machine.isWritable = false
  const by = { kind: 'local' } as const
  await switches.command({ by, name: 'pump', on: true, why: 'rule frost' })
  await clock.advance(5000)
  t.equal(machine.rows.length, 0)
  t.match(log.newest(1), [{ who: 'rule frost', answer: 'on' }])
  machine.isWritable = true
  await switches.command({ by, name: 'pump', on: false })
  await clock.advance(1000)
  t.equal(machine.rows.length, 4)
  const before = machine.transactions
  await clock.advance(3_600_000)
  t.equal(machine.transactions, before, 'nothing is written while nothing is switched')
})

t.test('a line that does not come back from a call is no progress', async (t) => {
  const bench = switchBench({ config: 'switches: [{ name: pump, line: GPIO27 }]' })
  const { clock, switches, samples } = bench
  const line = drivenLines(bench)
  await switches.start()
  await clock.advance(60_000)
  t.same(switches.stalled, [])
  line.reading = new Promise(() => {})
  await clock.advance(70_000)
  t.same(switches.stalled, [])
  await clock.advance(1)
  t.same(switches.stalled, ['pump'])
  const before = samples.length
  await clock.advance(3_600_000)
  t.equal(samples.length, before)
  t.ok(clock.pending < 5, 'readings do not pile up')
})

t.test('a list that comes while the node stops opens nothing', async (t) => {
  const { clock, pins, switches } = switchBench({ config: CONFIG })
  await switches.start()
  const [first] = switches.configs
  if (first === undefined) throw new Error('no switches')
  const updated = switches.update([{ ...first, name: 'other', initial: 'on' }])
  const stopped = switches.stop()
  await Promise.all([updated, stopped])
  await clock.advance(10_000)
  t.equal(pins.level('GPIO27'), 0, 'its initial state would be on')
  t.equal(clock.pending, 0)
})
