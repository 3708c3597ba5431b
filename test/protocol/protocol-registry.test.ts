import t from 'tap'
import { defineSensorProtocol } from '../../src/protocol/define-sensor-protocol.ts'
import { META_TOPIC, ProtocolRegistry, sensorProtocols } from '../../src/protocol/protocol-registry.ts'
import { quantities, quantityTable } from '../../src/reading/quantity.ts'

t.test('every built-in quantity has a protocol', async (t) => {
  const registry = new ProtocolRegistry(sensorProtocols, quantityTable())
  for (const name of quantityTable().keys()) t.equal(registry.ofQuantity(name).length, 1, name)
})

t.test('the table of the specification', async (t) => {
  const registry = new ProtocolRegistry(sensorProtocols, quantityTable())
  const rows = {
    '/sensor/temp/v1': 'temperature',
    '/sensor/humidity/v1': 'humidity',
    '/sensor/pressure/v1': 'pressure',
    '/sensor/light/v1': 'illuminance',
    '/sensor/voltage/v1': 'voltage',
    '/sensor/current/v1': 'current',
    '/sensor/power/v1': 'power',
    '/sensor/co2/v1': 'co2',
    '/sensor/contact/v1': 'contact',
    '/sensor/count/v1': 'count'
  }
  for (const [id, quantity] of Object.entries(rows)) {
    t.equal(registry.get(id)?.quantities[0], quantity)
    t.equal(registry.get(id)?.maxPayload, 1024)
    t.equal(registry.get(id)?.acceptAge, 120)
  }
  t.equal(registry.get(META_TOPIC)?.maxPayload, 16_384)
  t.same([...registry.quantitiesOf('/sensor/count/v1').keys()], ['count', 'rate'])
  t.equal(registry.quantitiesOf('/sensor/none/v1').size, 0)
})

t.test('every quantity has a topic', async (t) => {
  const registry = new ProtocolRegistry(sensorProtocols, quantityTable())
  for (const { name } of quantities) t.equal(registry.ofQuantity(name).length, 1, name)
})

t.test('an application adds a quantity and versions, the newest is offered first', async (t) => {
  const soil = { name: 'soil-moisture', unit: '/', kind: 'number', shown: { unit: '%', scale: 100 } } as const
  const added = ['/acme/soil/v2', '/acme/soil/v10', '/acme/soil/v1'].map((id) =>
    defineSensorProtocol({ id, quantity: 'soil-moisture', maxPayload: 16_384, acceptAge: 30 })
  )
  const registry = new ProtocolRegistry([...sensorProtocols, ...added], quantityTable(soil))
  const newestFirst = ['/acme/soil/v10', '/acme/soil/v2', '/acme/soil/v1']
  t.same(
    registry.ofQuantity('soil-moisture').map(({ id }) => id),
    newestFirst
  )
  t.same(registry.ids().slice(0, 3), newestFirst)
  t.equal(registry.quantitiesOf('/acme/soil/v2').get('soil-moisture'), soil)
})

t.test('names and limits that are refused', async (t) => {
  const bad = [
    'sensor/temp/v1',
    '/sensor/temp',
    '/sensor/temp/v0',
    '/sensor/temp/v01',
    '/v1',
    '/Sensor/temp/v1'
  ]
  for (const id of [
    ...bad,
    '/sensor/te mp/v1',
    '/sensor//v1',
    '/a/b/c/d/e/v1',
    '/kith/temp/v1',
    '/sensor/temp/v1/'
  ])
    t.throws(() => defineSensorProtocol({ id, quantity: 'temperature' }), { code: 'protocol-id' }, id)
  const id = '/sensor/temp/v1'
  for (const limit of [{ maxPayload: 127 }, { maxPayload: 16_385 }, { maxPayload: 1.5 }, { acceptAge: 0 }])
    t.throws(() => defineSensorProtocol({ id, quantity: 'temperature', ...limit }), {
      code: 'protocol-limit'
    })
  const temperature = defineSensorProtocol({ id, quantity: 'temperature' })
  t.throws(() => new ProtocolRegistry([temperature, temperature], quantityTable()), {
    code: 'protocol-twice'
  })
  const unknown = defineSensorProtocol({ id, quantity: 'mood' })
  t.throws(() => new ProtocolRegistry([unknown], quantityTable()), { code: 'unknown-quantity' })
})
