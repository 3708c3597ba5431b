import t from 'tap'
import { clockChips } from '../../devices/index.ts'
import type { ConfigInput } from '../../src/config/input/config-input.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { loadConfig } from '../../src/config/load.ts'
import { configInput, limitsInput, reachLimitsInput } from '../support/generated/config-input.ts'
import { golden } from '../support/golden.ts'

const schema = await configJsonSchema([], clockChips)

t.test('the type of a configuration is made of its schema', async (t) => {
  for (const [file, made] of [
    ['config-input.ts', configInput(schema)],
    ['limits-input.ts', limitsInput(schema)],
    ['reach-limits-input.ts', reachLimitsInput(schema)]
  ] as const)
    t.equal(made, golden(new URL(`../../src/config/input/${file}`, import.meta.url), made), file)
})

t.test('what the type allows, the loader takes', async (t) => {
  const config: ConfigInput = {
    name: 'hall',
    purposes: ['temperature'],
    forward: 'book',
    store: ['attic', { claimed: 'soil' }],
    history: { age: '7d', bytes: '1MiB' },
    datagrams: { port: 'tcp' },
    time: { sources: ['rtc', 'kernel'], rtc: { type: 'ds3231', bus: 'i2c-1' } },
    limits: { hub: { queue: 64 } }
  }
  t.match(loadConfig({ text: JSON.stringify(config), devices: [], clocks: clockChips }).config, {
    name: 'hall',
    forward: 'book',
    time: { rtc: { type: 'ds3231', bus: 'i2c-1' } },
    limits: { hub: { queue: 64 } }
  })
  // @ts-expect-error: no such word
  const wrong: ConfigInput = { forward: 'all' }
  t.throws(() => loadConfig({ text: JSON.stringify(wrong), devices: [] }), { code: 'bad-config' })
  // @ts-expect-error: a duration has a unit
  const bare: ConfigInput = { history: { age: 7 } }
  t.throws(() => loadConfig({ text: JSON.stringify(bare), devices: [] }), { code: 'bad-config' })
})
