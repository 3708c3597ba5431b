import { readFileSync } from 'node:fs'
import t from 'tap'
import { devices } from '../../devices/index.ts'
import { exampleConfig } from '../../src/config/example.ts'
import { loadConfig, parseConfig } from '../../src/config/load.ts'
import { configSchema } from '../../src/config/schema.ts'
import { settingsOf } from '../../src/config/schema-walk.ts'

const example = readFileSync(new URL('../../deploy/kith.example.yaml', import.meta.url), 'utf8')
/** Every option of the example in force. */
const uncommented = example.replace(/^#(?=\S| {2})/gm, '')

t.test('the example is what kith init writes', async (t) => {
  t.equal(example, exampleConfig({ name: 'hall' }))
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
  t.strictSame({ ...config, sensors: [] }, { ...parseConfig('', []), name: 'hall' })
  const said = provenance.filter(({ origin }) => origin.kind === 'file').map(({ path }) => path)
  for (const { path } of settingsOf(configSchema([]))) {
    if (path[0] !== 'sensors') t.ok(said.includes(path.join('.')), path.join('.'))
  }
})
