// A sensor and a quantity of our own: how busy this machine is, published to the neighbours as
// /sensor/load/v1, and watched by a second node in the same process.
//
//   node examples/own-sensor.ts
import { loadavg } from 'node:os'
import { createNode, defineSensor, defineSensorProtocol, type Quantity } from 'kith'

// A ratio of one processor; the unit on the wire is that of RFC 8428, people see per cent.
const load: Quantity = {
  name: 'load',
  unit: '/',
  kind: 'number',
  shown: { unit: '%', scale: 100, decimals: 0 }
}
const loadProtocol = defineSensorProtocol({ id: '/sensor/load/v1', quantity: 'load' })
const processor = defineSensor({
  type: 'processor',
  title: 'Load of the processor over the last minute',
  measures: [{ quantity: 'load', range: [0, 1024] }],
  sample: () => loadavg()[0] ?? 0
})

const language = { protocols: [loadProtocol], quantities: [load] }
const place = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }
const busy = await createNode({
  ...language,
  devices: [processor],
  config: { ...place, name: 'busy', sensors: [{ type: 'processor', interval: '500ms' }] }
})
const watcher = await createNode({ ...language, config: { ...place, name: 'watcher' } })

let shown = 0
for await (const reading of watcher.watch(busy.addresses[0])) {
  console.log(`${reading.who}/${reading.series}  ${reading.shown}  ${reading.signed ? 'signed' : ''}`)
  if (++shown === 3) break
}
await Promise.all([busy.stop(), watcher.stop()])
