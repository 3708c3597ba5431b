import t from 'tap'
import { celsius, relativeHumidity } from '../../../devices/aht20/convert.ts'
import { aht10, aht20 } from '../../../devices/aht20/index.ts'
import * as models from '../../../devices/aht20/model.ts'
import { measurements } from '../../../devices/aht20/vectors.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { faultMatrix, oneByte } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'
import { near } from '../../support/near.ts'
import { followsClimate } from '../../support/scenario/climate.ts'

t.test('data convert as the datasheet says', async (t) => {
  for (const { bytes, temperature, humidity, source } of measurements) {
    const data = Buffer.from(bytes, 'hex').subarray(0, 6)
    near(t, celsius(data), temperature, 1e-8, source)
    near(t, relativeHumidity(data), humidity, 1e-8, source)
  }
})

t.test('the models give the bytes of the datasheet', async (t) => {
  for (const { bytes, temperature, humidity, source } of measurements) {
    for (const [definition, model, initialise, expected] of [
      [aht20, models.aht20, 'be0800', bytes],
      [aht10, models.aht10, 'e10800', bytes.slice(0, 12)]
    ] as const) {
      const bench = new SensorBench(definition, model)
      bench.world.ambient.hold('temperature', temperature)
      bench.world.ambient.hold('humidity', humidity)
      await chipBytes(bench, initialise, 0, 8)
      t.equal(await chipBytes(bench, 'ac3300', expected.length / 2, 75), expected, source)
    }
  }
})

t.test('the model reports whether it is calibrated, and busy', async (t) => {
  const bench = new SensorBench(aht20, models.aht20)
  t.equal(await chipBytes(bench, '71', 1), '14')
  t.equal(await chipBytes(bench, 'be0800', 1, 7), '9c')
  t.equal(await chipBytes(bench, '71', 1, 1), '1c')
  t.equal(await chipBytes(bench, 'ac3300', 1, 74), '9c')
  t.equal(await chipBytes(bench, '71', 1, 1), '1c')
})

for (const [definition, model] of [
  [aht20, models.aht20],
  [aht10, models.aht10]
] as const) {
  t.test(`${definition.type}: a sample is what surrounds the chip now`, async (t) => {
    const bench = new SensorBench(definition, model)
    await followsClimate(t, bench, { temperature: 0.0002, humidity: 0.0001 })
  })

  t.test(`${definition.type}: power lost in the middle of a measurement is no value`, async (t) => {
    const bench = new SensorBench(definition, model)
    const sensor = await bench.open()
    const sampling = bench.refusal(sensor.sample(new AbortController().signal))
    await bench.clock.advance(40)
    bench.world.faults.brownOut('i2c-1', bench.address)
    t.match(await bench.clock.run(sampling), { code: 'not-ready', message: `${bench.label} lost its power` })
    t.equal((await bench.sample(sensor)).length, 2)
  })
}

t.test('a chip of the other generation is refused', async (t) => {
  for (const [definition, model] of [
    [aht20, models.aht10],
    [aht10, models.aht20]
  ] as const) {
    const bench = new SensorBench(definition, model)
    t.match(await bench.refusal(bench.open()), {
      code: 'garbage',
      message: `${bench.label} has the status 14`
    })
  }
})

t.test('aht20', async (t) => {
  // Its status is one byte, and not under the checksum. It acknowledges while it measures.
  const garbage = ['bad-crc', 'garbage', 'stuck'] as const
  faultMatrix(t, aht20, models.aht20, { codes: { 'bad-crc': ['bad-crc'], garbage } })
})
t.test('aht10', async (t) => {
  // It has no CRC: the last bits of a temperature may be wrong, and are the same when they are read again.
  faultMatrix(t, aht10, models.aht10, { codes: oneByte, unnoticeable: ['bad-crc'] })
})
