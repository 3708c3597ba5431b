import t from 'tap'
import { defineSensor } from '../../src/hal/driver-kit/define-sensor.ts'
import { createNode } from '../../src/node/create-node.ts'
import type { OwnQuantity } from '../../src/reading/quantity.ts'

const mood: OwnQuantity = {
  name: 'mood',
  unit: '/',
  kind: 'number',
  protocol: '/sensor/mood/v1',
  shown: { unit: '%', scale: 100, decimals: 0 }
}
const device = defineSensor({
  type: 'oracle',
  measures: [{ quantity: 'mood' }],
  quantities: [mood],
  sample: () => 0.42
})
const place = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }
const sensors = [{ type: 'oracle', interval: '100ms' }]

t.test('a quantity that a driver brings reaches a node whose configuration has it', async (t) => {
  const oracle = await createNode({ devices: [device], config: { ...place, name: 'oracle', sensors } })
  const reader = await createNode({ config: { ...place, name: 'reader', quantities: [mood] } })
  t.teardown(() => Promise.all([oracle.stop(), reader.stop()]))
  for await (const reading of reader.watch(oracle.addresses[0])) {
    t.match(reading, { series: 'oracle/mood', shown: '42 %', unit: '/', signed: true })
    break
  }
})

t.test('an undefined quantity, or one defined as something else, prevents the start', async (t) => {
  const bare = defineSensor({ type: 'oracle', measures: [{ quantity: 'mood' }], sample: () => 1 })
  await t.rejects(
    createNode({ devices: [bare], config: { ...place, sensors } }),
    /"mood", which is not a known quantity/
  )
  const driver = defineSensor({
    type: 'oracle',
    measures: [],
    quantities: [{ ...mood, name: 'temperature' }],
    sample: () => 1
  })
  await t.rejects(createNode({ devices: [driver], config: place }), { code: 'quantity-twice' })
  const taken = { ...mood, protocol: '/sensor/temp/v1' }
  await t.rejects(createNode({ config: { ...place, quantities: [taken] } }), {
    code: 'bad-config',
    message: /quantities\[0\]\.protocol: "\/sensor\/temp\/v1" is a/
  })
})
