import t from 'tap'
import { parseConfig } from '../../../src/config/load.ts'
import { privatesOf } from '../../../src/node/assembly/peers.ts'
import { configDevices } from '../../support/config-devices.ts'

const config = parseConfig(
  `sensors:
  - { type: bme280, name: air }
  - { type: bme280, name: bedroom, address: 0x77, private: true }
switches:
  - { name: heater, line: GPIO20 }
  - { name: door, line: GPIO21, private: true }`,
  configDevices
)

t.test('private is what is marked so, and what is not configured', async (t) => {
  const privates = privatesOf(config)
  for (const name of ['bedroom', 'door', 'former']) t.equal(privates.has(name), true, name)
  for (const name of ['air', 'heater']) t.equal(privates.has(name), false, name)
})

t.test('a name is public only where no entry of it is private', async (t) => {
  const { sensors, switches } = config
  const named = (name: string) => switches.map((one) => ({ ...one, name }))
  t.equal(
    privatesOf({ sensors, switches: named('air') }).has('air'),
    true,
    'a public sensor, a private switch'
  )
  t.equal(
    privatesOf({ sensors, switches: named('bedroom').slice(0, 1) }).has('bedroom'),
    true,
    'the other way'
  )
})
