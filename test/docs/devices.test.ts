import t from 'tap'
import { clockChips, devices } from '../../devices/index.ts'
import { parseConfig } from '../../src/config/load.ts'
import { devicesPage } from '../support/generated/devices-page.ts'
import { golden } from '../support/golden.ts'

const page = devicesPage(devices, clockChips)

t.test('docs/devices.md is made of the definitions', async (t) => {
  t.equal(page, golden(new URL('../../docs/devices.md', import.meta.url), page))
})

t.test('every device and every option is on it', async (t) => {
  for (const { type, options } of devices) {
    const text = page.split(`\n### ${type}\n`)[1]?.split('\n### ')[0] ?? ''
    t.ok(text !== '', type)
    for (const [name, { about }] of Object.entries(options))
      t.match(text, `- \`${name}\``, `${type} ${name}: ${about}`)
  }
  for (const { type } of clockChips) t.match(page, `- \`${type}\``)
})

t.test('the configuration shown is accepted as it stands', async (t) => {
  const block = page.split('\n\n').find((part) => part.startsWith('    sensors:')) ?? ''
  t.match(parseConfig(block.replaceAll(/^ {4}/gm, ''), devices).sensors, [
    { type: 'bme280', options: { oversampling: 4 } }
  ])
})
