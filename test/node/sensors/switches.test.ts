import t from 'tap'
import { relay } from '../../../devices/switch/index.ts'
import { parseConfig } from '../../../src/config/load.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { type Log, silentLog } from '../../../src/log.ts'
import { Switches } from '../../../src/node/sensors/switches.ts'

const CONFIG = `
switches:
  - { name: pump, line: GPIO27, maxOn: 10min }
  - { name: fridge, line: GPIO22, active: low, safe: on, maxOn: 5min }
`

function bench(shortLived = false) {
  const clock = new VirtualClock()
  const world = simulatedWorld({ clock })
  const lines: string[] = []
  const note = (line: string): void => void lines.push(line)
  const log: Log = { ...silentLog, warn: note, info: note }
  const switches = new Switches({ config: parseConfig(CONFIG, []), relay, world, log, shortLived })
  const start = async (): Promise<void> => {
    for (const part of switches.startables) await part.start?.()
  }
  const stop = async (): Promise<void> => {
    for (const part of switches.startables) await part.stop?.()
  }
  return { clock, pins: world.lines, lines, switches, start, stop }
}

const pump = { name: 'pump', line: 'GPIO27', safe: 'off', maxOn: 600, persists: false }
const fridge = { name: 'fridge', line: 'GPIO22', safe: 'on', maxOn: 300, persists: false }

t.test('started, commanded, reported, stopped', async (t) => {
  const { clock, pins, switches, start, stop } = bench()
  await start()
  t.same(await switches.switch({}), [
    { ...pump, state: 'off', left: null },
    { ...fridge, state: 'on', left: null }
  ])
  t.same(await switches.switch({ name: 'pump', to: 'on' }), [{ ...pump, state: 'on', left: 600 }])
  t.equal(pins.level('GPIO27'), 1)
  t.same(await switches.switch({ name: 'fridge', to: 'off' }), [{ ...fridge, state: 'off', left: 300 }])
  await clock.advance(300_000)
  t.same(await switches.switch({}), [
    { ...pump, state: 'on', left: 300 },
    { ...fridge, state: 'on', left: null }
  ])
  await stop()
  t.same([pins.level('GPIO27'), pins.level('GPIO22')], [0, 0])
  t.equal(clock.pending, 0)
})

t.test('one that is not there is reported with those that are', async (t) => {
  const { switches, start } = bench()
  await start()
  await t.rejects(switches.switch({ name: 'lamp', to: 'on' }), {
    code: 'no-such',
    hint: 'it has pump, fridge'
  })
})

t.test('a line of another owner is requested again, and does not keep others from working', async (t) => {
  const { clock, pins, lines, switches, start } = bench()
  pins.fail('GPIO27', 'busy')
  await start()
  const fault = { code: 'busy', message: 'line GPIO27 is in use by gpio-keys' }
  t.match(await switches.switch({ name: 'pump' }), [{ name: 'pump', state: 'fault', left: null, fault }])
  await t.rejects(switches.switch({ name: 'pump', to: 'on' }), fault)
  t.match(await switches.switch({ name: 'fridge' }), [{ state: 'on' }])
  await clock.advance(60_000)
  t.equal(lines.length, 1, 'one line in the log')
  pins.fail('GPIO27', undefined)
  await clock.advance(30_000)
  t.match(await switches.switch({ name: 'pump' }), [{ state: 'off' }])
  t.match(lines.at(-1), /pump is open again/)
})

t.test('a board that is pulled out is a fault, and safe when it is back', async (t) => {
  const { clock, pins, switches, start, stop } = bench()
  await start()
  await switches.switch({ name: 'pump', to: 'on' })
  pins.fail('GPIO27', 'gone')
  t.match(await switches.switch({ name: 'pump' }), [{ state: 'fault', fault: { code: 'no-such-line' } }])
  await t.rejects(switches.switch({ name: 'pump', to: 'on' }), { code: 'no-such-line' })
  pins.fail('GPIO27', undefined)
  await clock.advance(30_000)
  t.match(await switches.switch({ name: 'pump' }), [{ state: 'off', left: null }])
  t.equal(pins.level('GPIO27'), 0)
  pins.fail('GPIO27', 'gone')
  await t.rejects(switches.switch({ name: 'pump', to: 'on' }), { code: 'no-such-line' })
  await stop()
  t.equal(clock.pending, 0, 'nobody asks for a line after the stop')
})

t.test('a node for one command holds no outputs', async (t) => {
  const { pins, switches, start } = bench(true)
  await start()
  t.ok(await pins.output('GPIO27', 1))
  await t.rejects(switches.switch({ name: 'pump', to: 'on' }), {
    code: 'not-running',
    commandHint: 'kith run'
  })
})

t.test('an output that would outlive a killed node is said to', async (t) => {
  const { pins, lines, switches, start } = bench()
  const output = pins.output.bind(pins)
  pins.output = async (line, initial) => ({ ...(await output(line, initial)), persists: true })
  await start()
  t.match(lines[0], /switch pump: were kith killed, GPIO27 would stay as it is/)
  t.match(await switches.switch({ name: 'pump' }), [{ persists: true }])
})
