import t from 'tap'
import { defineSensor } from '../../src/hal/driver-kit/define-sensor.ts'
import type { Measurement } from '../../src/hal/sensor.ts'
import { createNode } from '../../src/node/create-node.ts'

let isMended = false
/** A driver in plain JavaScript may return anything. */
const device = defineSensor({
  type: 'odd',
  measures: [{ quantity: 'temperature' }, { quantity: 'humidity' }],
  sample: () =>
    [
      { quantity: 'temperature', value: isMended ? 21.5 : true },
      { quantity: 'humidity', value: 48 }
    ] as Measurement[]
})
const place = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }

t.test('a value of the wrong kind is a fault everywhere, and costs nothing beside it', async (t) => {
  const sensors = [{ type: 'odd', interval: '100ms' }]
  const odd = await createNode({ devices: [device], config: { ...place, name: 'odd', sensors } })
  const reader = await createNode({ config: { ...place, name: 'reader' } })
  t.teardown(() => Promise.all([odd.stop(), reader.stop()]))
  const [address = ''] = odd.addresses
  const seen = new Map<string, unknown>()
  for await (const { series, value, fault } of reader.watch(address)) {
    seen.set(series, value ?? fault?.code)
    if (seen.get('odd/temperature') === 'wrong-kind') isMended = true
    if (seen.get('odd/temperature') === 21.5 && seen.get('odd/humidity') === 48) break
  }
  t.ok(isMended, 'the fault came before')
  const faults: unknown[] = []
  for await (const row of reader.history(address, 'odd/temperature')) {
    if ('position' in row) faults.push(row.fault?.code ?? row.value)
  }
  t.equal(faults[0], 'wrong-kind')
  t.equal(faults.at(-1), 21.5)
})
