import { readFileSync } from 'node:fs'
import t from 'tap'
import { devices } from '../../devices/index.ts'
import { parseConfig } from '../../src/config/load.ts'
import { controlRoutes } from '../../src/node/control/routes.ts'

const text = readFileSync(new URL('../../docs/gpio.md', import.meta.url), 'utf8')

t.test('the configuration shown is accepted as it stands', async (t) => {
  const block = text.split('\n\n').find((part) => part.startsWith('    sensors:')) ?? ''
  const { sensors, switches } = parseConfig(block.replaceAll(/^ {4}/gm, ''), devices)
  t.match(sensors, [
    { name: 'door', line: 'GPIO17' },
    { name: 'rain', options: { debounce: 10 } }
  ])
  t.match(switches, [{ name: 'pump', safe: 'off', maxOn: 600_000 }])
})

t.test('the documented defaults are the defaults', async (t) => {
  const [contact] = parseConfig('sensors: [{ type: contact, line: GPIO17 }]', devices).sensors
  t.match(contact?.options, { debounce: 20, bias: 'pull-up', closed: 'low' })
  t.match(text, '`debounce` (20ms)')
  const { switches } = parseConfig('switches: [{ name: lamp, line: GPIO17 }]', devices)
  t.match(switches, [{ safe: 'off', maxOn: 3_600_000 }])
  t.match(text, '`maxOn` (1h)')
  t.match(text, `http://kith${controlRoutes.switch.path}`)
})
