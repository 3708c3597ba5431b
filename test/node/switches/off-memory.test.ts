import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { silentLog } from '../../../src/log.ts'
import { DeviceStates } from '../../../src/node/sensors/device-states.ts'
import { offMemory } from '../../../src/node/switches/off-memory.ts'
import { Machine, switchBench } from '../../support/switches.ts'

const LOCAL = { kind: 'local' } as const
const CONFIG = 'switches: [{ name: fridge, line: GPIO22, minOff: 3min }]'

t.test('a disk that refuses to forget a switching-off keeps the output off', async (t) => {
  const machine = new Machine()
  const { clock, switches } = switchBench({ config: CONFIG, machine })
  await switches.start()
  const command = (on: boolean) => switches.command({ by: LOCAL, name: 'fridge', on })
  await clock.advance(180_000)
  await command(true)
  await command(false)
  await clock.advance(180_000)
  machine.isWritable = false
  for (let n = 0; n < 2; n++) await t.rejects(command(true), { code: 'not-kept', remedy: 'retry' })
  t.match(await switches.outlet('fridge').state(), { on: false, lock: undefined }, 'it is not lost')
  machine.isWritable = true
  t.match(await command(true), { on: true })
  await clock.advance(600_000)
  machine.killed()
  const next = switchBench({ config: CONFIG, machine })
  await next.switches.start()
  t.match(await next.switches.outlet('fridge').state(), { on: false, lock: 180_000 })
})

t.test('a disk that takes nothing from the start knows nothing that it had to forget', async (t) => {
  const machine = new Machine()
  machine.isWritable = false
  const { clock, switches } = switchBench({ config: CONFIG, machine })
  await switches.start()
  for (let n = 0; n < 2; n++) {
    await clock.advance(180_000)
    t.match(await switches.command({ by: LOCAL, name: 'fridge', on: true }), { on: true })
    await switches.command({ by: LOCAL, name: 'fridge', on: false })
  }
})

t.test('memory.json: what is to be forgotten is known until the file has forgotten it', async (t) => {
  const { clock, boot } = new Machine()
  const home = join(t.testdir(), 'home')
  mkdirSync(home)
  const states = async (): Promise<DeviceStates> => {
    const all = new DeviceStates({ path: join(home, 'memory.json'), flush: 600_000, clock, log: silentLog })
    await all.start()
    return all
  }
  const memoryOf = (all: DeviceStates) =>
    offMemory({
      clock,
      boot,
      state: all.of('switch fridge'),
      kept: (name) => all.kept('switch fridge', name),
      flush: () => all.flush()
    })
  await clock.advance(5000)
  const memory = memoryOf(await states())
  t.equal(memory.read(), undefined)
  await memory.write(5000)
  await clock.advance(1000)
  renameSync(home, `${home}-gone`)
  await memory.write(undefined)
  t.equal(memory.read(), 5000)
  await memory.write(6000)
  t.equal(memory.read(), 6000, 'this process knows better')
  await memory.write(undefined)
  renameSync(`${home}-gone`, home)
  t.equal(memoryOf(await states()).read(), 5000, 'as another process would')
  await memory.write(undefined)
  t.equal(memory.read(), undefined)
  t.equal(memoryOf(await states()).read(), undefined)
  rmSync(home, { recursive: true })
})
