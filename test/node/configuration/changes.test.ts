import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { NodeConfig } from '../../../src/config/schema.ts'
import { changesOf, isBelow } from '../../../src/node/configuration/changes.ts'

const config = (text: string): NodeConfig => parseConfig(text, devices)
const said = (before: string, after: string): string[] =>
  changesOf(config(before), config(after)).map(({ path, kind }) => `${path} ${kind}`)

const AIR = '{ type: tmp102, name: air, bus: i2c-1 }'
const ROOF = '{ type: bme280, name: roof, bus: i2c-1 }'

t.test('options by their paths, entries that have a name by it, and lists as a whole', async (t) => {
  t.same(said('name: hall', 'name: hall'), [])
  t.same(said('name: hall', 'name: attic\nlog: { level: warn }\ndeny: [shed]'), [
    'name changed',
    'deny changed',
    'log.level changed'
  ])
  t.same(said('limits: { hub: { queue: 20 } }', ''), ['limits.hub.queue changed'])
  t.same(said(`sensors: [${AIR}]`, `sensors: [${ROOF}]`), ['sensors.air removed', 'sensors.roof added'])
  const slow = AIR.replace(' }', ', interval: 1min }')
  t.same(said(`sensors: [${AIR}, ${ROOF}]`, `sensors: [${ROOF}, ${slow}]`), ['sensors.air changed'])
})

t.test('the order of sensors, and how a value is written, are no differences', async (t) => {
  t.same(said(`sensors: [${AIR}, ${ROOF}]`, `sensors: [${ROOF}, ${AIR}]`), [])
  t.same(said('history: { age: 7d }', 'history: { age: 168h }'), [])
  const grant = 'access: [{ who: anna, may: [read] }]'
  t.same(said(grant, `\n\n${grant}`), [], 'nor is its line')
  t.same(said(grant, grant.replace('read', 'own')), ['access changed'])
})

t.test('a path is below an option or another one', async (t) => {
  t.ok(isBelow('sensors.air', 'sensors'))
  t.ok(isBelow('deny', 'deny'))
  t.notOk(isBelow('log.format', 'log.level'))
  t.notOk(isBelow('storex', 'store'))
})
