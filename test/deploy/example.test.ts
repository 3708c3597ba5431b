import { readFileSync } from 'node:fs'
import t from 'tap'
import { devices } from '../../devices/index.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { settingsOf } from '../../src/config/options/walk.ts'
import { configSchema } from '../../src/config/schema.ts'
import { exampleConfig } from '../support/generated/example-config.ts'
import { golden } from '../support/golden.ts'

const file = new URL('../../deploy/kith.example.yaml', import.meta.url)
const example = readFileSync(file, 'utf8')
/** Every option of the example in force. */
const uncommented = example.replace(/^#(?=\S| {2})/gm, '')

t.test('the example is what kith init writes', async (t) => {
  const made = exampleConfig({ name: 'hall' })
  t.equal(made, golden(file, made))
  t.equal(example.split('\n')[0], '# yaml-language-server: $schema=./kith.schema.json')
})

t.test('it loads, and changes nothing but the name', async (t) => {
  t.strictSame(parseConfig(example, []), { ...parseConfig('', []), name: 'hall' })
})

t.test('uncommented it says every option, each with its default', async (t) => {
  const { config, provenance } = loadConfig({ text: uncommented, devices })
  t.match(config.sensors, [
    { name: 'air', address: 0x76, interval: 10_000, filters: [{ median: 5 }, { offset: -0.4 }] }
  ])
  t.match(config.buses, [{ name: 'attic', bus: 'i2c-1', address: 0x70, channel: 3 }])
  t.match(config.switches, [{ name: 'pump', line: 'GPIO27', active: 'high', safe: 'off', maxOn: 600_000 }])
  t.strictSame({ ...config, sensors: [], buses: [], switches: [] }, { ...parseConfig('', []), name: 'hall' })
  const said = provenance.filter(({ origin }) => origin.kind === 'file').map(({ path }) => path)
  for (const { path } of settingsOf(configSchema([]))) {
    if (!['sensors', 'buses', 'switches'].includes(path[0] ?? ''))
      t.ok(said.includes(path.join('.')), path.join('.'))
  }
})
