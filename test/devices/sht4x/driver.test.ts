import t from 'tap'
import { celsius, relativeHumidity } from '../../../devices/sht4x/convert.ts'
import { sht4x } from '../../../devices/sht4x/index.ts'
import { model } from '../../../devices/sht4x/model.ts'
import { measurements } from '../../../devices/sht4x/vectors.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { checked, faultMatrix } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'
import { near } from '../../support/near.ts'
import { followsClimate } from '../../support/scenario/climate.ts'

t.test('words convert as the datasheet says', async (t) => {
  for (const { bytes, temperature, humidity, source } of measurements) {
    near(t, celsius(Number.parseInt(bytes.slice(0, 4), 16)), temperature, 1e-6, source)
    near(t, relativeHumidity(Number.parseInt(bytes.slice(6, 10), 16)), humidity, 1e-6, source)
  }
})

t.test('the model gives the bytes of the datasheet', async (t) => {
  // Cropped values do not tell which word they were.
  for (const { bytes, temperature, humidity, source } of measurements.filter(
    ({ humidity }) => humidity > 0 && humidity < 100
  )) {
    const bench = new SensorBench(sht4x, model)
    bench.world.ambient.hold('temperature', temperature)
    bench.world.ambient.hold('humidity', humidity)
    t.equal(await chipBytes(bench, 'fd', 6, 7), bytes, source)
  }
})

t.test('the model acknowledges nothing while it measures, nor without a measurement', async (t) => {
  const bench = new SensorBench(sht4x, model)
  await t.rejects(chipBytes(bench, 'fd', 6, 6), { code: 'no-acknowledge-address' })
  await t.rejects(chipBytes(bench, 'fd', 6), { code: 'no-acknowledge-address' })
  await bench.clock.advance(1)
  t.equal((await chipBytes(bench, 'e0', 6, 2)).length, 12)
  await t.rejects(chipBytes(bench, '30', 6), { code: 'no-acknowledge-data' }, 'an unknown command')
})

for (const precision of ['high', 'medium', 'low']) {
  t.test(`${precision} precision: a sample is what surrounds the chip now`, async (t) => {
    const bench = new SensorBench(sht4x, model, { address: 0x46, options: { precision } })
    await followsClimate(t, bench, { temperature: 0.002, humidity: 0.001 })
  })
}

t.test('another chip is not taken for a sht4x', async (t) => {
  const bench = new SensorBench(sht4x, () => ({
    write() {},
    read: (count) => new Uint8Array(count).fill(0x12)
  }))
  t.match(await bench.refusal(bench.open()), { code: 'bad-crc', message: bench.label })
})

faultMatrix(t, sht4x, model, { codes: checked })
