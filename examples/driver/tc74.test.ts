import assert from 'node:assert/strict'
import test from 'node:test'
import { type ChipFault, SensorBench } from 'kith/simulated'
import { celsius } from './convert.ts'
import tc74, { models } from './index.ts'
import { temperatures } from './vectors.ts'

// One simulated chip in virtual time: no test waits for real time.
const bench = (): SensorBench => new SensorBench(tc74, models.tc74)

for (const { byte, celsius: expected, actual, source } of temperatures) {
  test(`${actual} °C is ${byte.toString(16)} (${source})`, async () => {
    assert.equal(celsius(byte), expected)
    const { world, clock, address } = bench()
    world.ambient.hold('temperature', actual)
    const bus = await world.buses.open('i2c-1')
    const read = bus.transaction(address, [{ write: Uint8Array.of(0) }, { read: 1 }])
    assert.deepEqual(await clock.run(read), [Uint8Array.of(byte)])
  })
}

test('it measures the ambient temperature', async () => {
  const simulated = bench()
  const sensor = await simulated.open()
  for (const [actual, expected] of [
    [21.7, 21],
    [-10.2, -11]
  ] as const) {
    simulated.world.ambient.hold('temperature', actual)
    assert.equal(await simulated.value(sensor, 'temperature'), expected)
  }
})

const faults: Record<ChipFault, string> = {
  'no-acknowledge-address': 'no-acknowledge-address',
  'no-acknowledge-data': 'no-acknowledge-data',
  'bad-crc': 'garbage',
  'stuck-high': 'stuck',
  'stuck-low': 'stuck',
  garbage: 'garbage',
  'never-ready': 'not-ready',
  unplugged: 'no-acknowledge-address'
}

for (const [fault, code] of Object.entries(faults) as [ChipFault, string][]) {
  test(`${fault} is an error, never a value, and the sensor recovers`, async () => {
    const simulated = bench()
    const sensor = await simulated.open()
    simulated.world.faults.set('i2c-1', simulated.address, fault)
    const refusal = await simulated.refusal(simulated.sample(sensor))
    assert.equal(refusal.code, code)
    assert.ok(refusal.message.startsWith('tc74 at 0x4d on i2c-1'), refusal.message)
    simulated.world.faults.clear('i2c-1', simulated.address)
    assert.equal(typeof (await simulated.value(sensor, 'temperature')), 'number')
  })
}
