import t from 'tap'
import { devices } from '../../../devices/index.ts'
import { parseConfig } from '../../../src/config/load.ts'
import type { NodeConfig } from '../../../src/config/schema.ts'
import { planOf } from '../../../src/node/configuration/plan.ts'

const config = (...sensors: string[]): NodeConfig =>
  parseConfig(`sensors: [${sensors.join(', ')}]\n`, devices)
const plan = (before: NodeConfig, after: NodeConfig) =>
  planOf(before, after, ['sensors'], ({ type }) => type === 'tmp102')

const AIR = '{ type: tmp102, name: air, bus: i2c-1 }'
const OTHER = '{ type: bme280, name: air, bus: i2c-1 }'
const secret = (sensor: string): string => sensor.replace(' }', ', private: true }')

t.test('a sensor that cannot run yet stays as it is, or away', async (t) => {
  const { target, applied, pending } = plan(
    config(AIR),
    config(OTHER, OTHER.replace('air', 'roof, address: 0x77'))
  )
  t.match(target.sensors, [{ name: 'air', type: 'tmp102' }])
  t.same(applied, [])
  t.same(
    pending.map(({ path }) => path),
    ['sensors.air', 'sensors.roof']
  )
})

t.test('it is private at once', async (t) => {
  const { target, applied, pending } = plan(config(AIR), config(secret(OTHER)))
  t.match(target.sensors, [{ name: 'air', type: 'tmp102', private: true }])
  t.same(applied, [{ path: 'sensors.air', kind: 'changed' }])
  t.same(pending, [{ path: 'sensors.air', kind: 'changed' }])
})

t.test('and public only once it runs as the file says', async (t) => {
  t.match(plan(config(secret(AIR)), config(OTHER)).target.sensors, [{ private: true }])
  t.match(plan(config(secret(AIR)), config(AIR)).target.sensors, [{ private: false }])
})
