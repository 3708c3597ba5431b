import t from 'tap'
import { compensate } from '../../../devices/bmp280/convert.ts'
import { bmp280 } from '../../../devices/bmp280/index.ts'
import { model } from '../../../devices/bmp280/model.ts'
import { calibration, exact, measurements } from '../../../devices/bmp280/vectors.ts'
import { parsePressureCalibration } from '../../../devices/family/bosch-280/compensation.ts'
import { bosch280Matrix } from '../../support/hardware/bosch-280.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const parsed = parsePressureCalibration(bytes(calibration.bytes))

t.test('the calibration is read as the datasheet says', async (t) => {
  const { temperature, pressure } = calibration
  t.same(parsed, { temperature, pressure })
})

t.test('doubles agree with the integer formulas', async (t) => {
  for (const { bytes: data, temperature, pressure, source } of measurements) {
    const values = compensate(bytes(data), parsed)
    t.ok(Math.abs(values.temperature - temperature) <= 0.01, `${values.temperature} °C (${source})`)
    t.ok(Math.abs(values.pressure - pressure) <= 0.1, `${values.pressure} Pa (${source})`)
  }
})

t.test('doubles agree with the formulas in fractions', async (t) => {
  for (const { bytes: data, temperature, pressure, source } of exact) {
    const values = compensate(bytes(data), parsed)
    t.ok(Math.abs(values.temperature - temperature) < 1e-8, `${values.temperature} °C (${source})`)
    t.ok(Math.abs(values.pressure - pressure) < 1e-6, `${values.pressure} Pa (${source})`)
  }
})

t.test('the model gives the codes of the datasheet', async (t) => {
  const bench = new SensorBench(bmp280, model, { options: { oversampling: 16 } })
  const sensor = await bench.open()
  t.equal(await chipBytes(bench, '88', 24), calibration.bytes)
  for (const { bytes: data, temperature, pressure, source } of measurements) {
    bench.world.ambient.hold('temperature', temperature)
    bench.world.ambient.hold('pressure', pressure)
    await bench.sample(sensor)
    const values = compensate(bytes(await chipBytes(bench, 'f7', 6)), parsed)
    const expected = compensate(bytes(data), parsed)
    // The codes of one hundredth of a degree give the same hundredth.
    t.ok(Math.abs(values.temperature - expected.temperature) <= 0.01, source)
    t.ok(Math.abs(values.pressure - expected.pressure) <= 1, source)
  }
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new SensorBench(bmp280, model)
  t.equal(await chipBytes(bench, 'd0', 1), '58')
  t.equal(await chipBytes(bench, 'f3', 3), '010000', 'calibration is loading')
  await bench.clock.advance(2)
  t.equal(await chipBytes(bench, 'f3', 3), '000000')
  t.equal(await chipBytes(bench, 'f7', 6), '800000800000')
})

for (const mode of ['forced', 'normal']) {
  for (const [oversampling, iir, registers] of [
    [1, 0, '24a0'],
    [2, 2, '48a4'],
    [4, 4, '6ca8'],
    [8, 8, '90ac'],
    [16, 16, 'b4b0']
  ] as const) {
    t.test(
      `${mode} mode, ${oversampling}x, iir ${iir}: samples are what surrounds the chip now`,
      async (t) => {
        const bench = new SensorBench(bmp280, model, { address: 0x77, options: { mode, oversampling, iir } })
        const sensor = await bench.open()
        for (const [temperature, pressure] of [
          [21.5, 101_325],
          [-20, 95_000],
          [60, 87_000]
        ] as const) {
          bench.world.ambient.hold('temperature', temperature)
          bench.world.ambient.hold('pressure', pressure)
          await bench.clock.advance(2000)
          const measured = await bench.sample(sensor)
          t.same(
            measured.map(({ quantity }) => quantity),
            ['temperature', 'pressure']
          )
          for (const [index, expected, tolerance] of [
            [0, temperature, 0.02],
            [1, pressure, 8]
          ] as const) {
            const value = Number(measured[index]?.value)
            t.ok(Math.abs(value - expected) <= tolerance, `${value} for ${expected}`)
          }
        }
        const normal = mode === 'normal' ? 3 : 0
        const expected = (Number.parseInt(registers, 16) | (normal << 8)).toString(16)
        t.equal(await chipBytes(bench, 'f4', 2), expected, 'F4 and F5: BST-BMP280-DS001 4.3.4 and 4.3.5')
      }
    )
  }
}

bosch280Matrix(t, bmp280, model, [
  [0x60, 'bme280'],
  [0x61, 'bme680'],
  [0x55, 'bmp180']
])
