import t from 'tap'
import { clockChips } from '../../devices/index.ts'
import { configJsonSchema } from '../../src/config/json-schema.ts'
import { settingsOf } from '../../src/config/options/walk.ts'
import { configSchema } from '../../src/config/schema.ts'
import { configDevices } from '../support/config-devices.ts'

type Json = { readonly [key: string]: Json } & { readonly description?: string; readonly pattern?: string }

const schema = (await configJsonSchema(configDevices)) as unknown as Json

t.test('every option is there, described, and nothing beside them', async (t) => {
  for (const { path } of settingsOf(configSchema(configDevices))) {
    let part: Json | undefined = schema
    for (const step of path) {
      t.equal(part?.['additionalProperties'] as unknown, false)
      part = part?.['properties']?.[step]
    }
    t.match(part?.description, /\S/, path.join('.'))
  }
})

t.test('clock chips are among the choices', async (t) => {
  const withClocks = (await configJsonSchema([], clockChips)) as unknown as Json
  const rtc = withClocks['properties']?.['time']?.['properties']?.['rtc']?.['properties']
  t.same(rtc?.['type']?.['enum'], ['none', ...clockChips.map(({ type }) => type)])
})

t.test('units are asked for', async (t) => {
  const age = schema['properties']?.['history']?.['properties']?.['age']
  t.match(age, { type: 'string', default: '30d' })
  const pattern = new RegExp(age?.pattern ?? '')
  t.match('2h', pattern)
  t.notMatch('2', pattern)
  t.notOk(age !== undefined && ('range' in age || 'format' in age), 'our own facts stay out of it')
})

t.test('each device has its options, addresses and required line', async (t) => {
  const text = JSON.stringify(schema)
  for (const { type, title } of configDevices) {
    t.ok(text.includes(`"const":"${type}"`), type)
    t.ok(text.includes(JSON.stringify(title)))
  }
  t.match(text, /"address":\{"enum":\[118,119\]/)
  t.match(text, /"required":\["type","line"\]/)
  t.match(text, /"calibrate_linear"/)
})
