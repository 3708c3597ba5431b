import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import tc74, { models } from '../../examples/driver/index.ts'
import { systemClock } from '../../src/clock.ts'
import { loadWithDevices } from '../../src/config/load-with-devices.ts'
import { volatileState } from '../../src/hal/device-state.ts'
import { chooseWorld } from '../../src/node/choose-world.ts'
import { openSensor } from '../../src/node/sensors/running-sensor.ts'
import { faultMatrix } from '../support/hardware/fault-matrix.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const document = read('docs/writing-a-driver.md')

t.test('the code that is shown is the code that runs', async (t) => {
  const shown = [...document.matchAll(/<!-- (examples\/driver\/\S+) -->\n```ts\n([\s\S]*?)```/g)]
  t.equal(shown.length, 7)
  for (const [, path = '', code] of shown) t.equal(code, read(path), path)
  for (const [, file = ''] of document.matchAll(/\]\(\.\.\/(\S+?)\)/g))
    t.ok(existsSync(join(root, file)), file)
})

function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-driver-'))
  cpSync(join(root, 'examples/driver'), folder, { recursive: true })
  return folder
}

t.test('copied elsewhere its own test passes, with the link that the page names', async (t) => {
  const folder = copied()
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/kith'))
  const { status, stdout } = spawnSync(process.execPath, ['--test'], { cwd: folder, encoding: 'utf8' })
  t.equal(status, 0, stdout)
  t.match(stdout, /pass [1-9]/)
})

t.test('copied elsewhere it is found by the configuration, and measures', async (t) => {
  const folder = copied()
  const request = { devices: [], folder, clock: systemClock, file: 'kith.yaml' }
  const { config, outside } = await loadWithDevices({ ...request, text: read('examples/driver/kith.yaml') })
  const world = await chooseWorld({ simulated: 1, models: outside.models }, config)
  const [sensor] = config.sensors
  const [definition] = outside.devices
  if (sensor === undefined || definition === undefined) throw new Error('it is not there')
  t.not(definition, tc74, 'the copy, not the example')
  const { signal } = new AbortController()
  const context = { clock: systemClock, name: 'air', signal, state: volatileState() }
  const opened = await openSensor(definition, sensor, world, context)
  t.match(await opened.sample(signal), [{ quantity: 'temperature', value: Number }])
  await world.close()
})

t.test('it owes what every driver does', async (t) => {
  if (models.tc74 === undefined) throw new Error('it has no model')
  faultMatrix(t, tc74, models.tc74)
})
