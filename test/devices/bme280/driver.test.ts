import t from 'tap'
import { compensate, parseCalibration, parseRaw } from '../../../devices/bme280/convert.ts'
import { bme280 } from '../../../devices/bme280/index.ts'
import { model } from '../../../devices/bme280/model.ts'
import { calibration, exact, measurements, signedHumidity, skipped } from '../../../devices/bme280/vectors.ts'
import { looksSkipped } from '../../../devices/family/bosch-280/compensation.ts'
import { NotAcknowledged } from '../../../src/hal/simulated/model.ts'
import { bosch280Matrix } from '../../support/hardware/bosch-280.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'
import { near } from '../../support/near.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const parsed = parseCalibration(bytes(calibration.low), bytes(calibration.high))

t.test('the calibration is read as table 16 says', async (t) => {
  const { temperature, pressure, humidity } = calibration
  t.same(parsed, { temperature, pressure, humidity })
  const { humidity: signed } = parseCalibration(bytes(calibration.low), bytes(signedHumidity.high))
  t.same(signed, signedHumidity.humidity)
})

t.test('doubles agree with the integer formulas', async (t) => {
  for (const { bytes: data, temperature, pressure, humidity, source } of measurements) {
    const values = compensate(parseRaw(bytes(data)), parsed)
    t.ok(Math.abs(values.temperature - temperature) <= 0.01, `${values.temperature} °C (${source})`)
    t.ok(Math.abs(values.pressure - pressure) <= 0.1, `${values.pressure} Pa (${source})`)
    // The integer formula crops; the driver takes what is far beyond for a fault (dead-chips.test.ts).
    const cropped = Math.min(100, Math.max(0, values.humidity))
    t.ok(Math.abs(cropped - humidity) <= 0.02, `${cropped} %RH (${source})`)
  }
})

t.test('doubles agree with the formulas in exact fractions', async (t) => {
  const parsed = parseCalibration(bytes(calibration.low), bytes(exact.high))
  t.same(parsed.humidity, exact.humidity)
  for (const { bytes: data, temperature, pressure, humidity } of exact.measurements) {
    const values = compensate(parseRaw(bytes(data)), parsed)
    near(t, values.temperature, temperature, 1e-9)
    near(t, values.pressure, pressure, 1e-7)
    near(t, values.humidity, humidity, 1e-9)
  }
})

t.test('a value that was not measured is known by its code', async (t) => {
  for (const { bytes: data, skipped: expected, source } of skipped)
    t.equal(looksSkipped(bytes(data)), expected, `${data} (${source})`)
})

t.test('the model gives the codes of the datasheet', async (t) => {
  const bench = new SensorBench(bme280, model, { options: { oversampling: 16 } })
  const sensor = await bench.open()
  for (const { bytes: data, temperature, pressure, humidity, source } of measurements.slice(0, 2)) {
    bench.world.ambient.hold('temperature', temperature)
    bench.world.ambient.hold('pressure', pressure)
    bench.world.ambient.hold('humidity', humidity)
    await bench.sample(sensor)
    const [model, expected] = [parseRaw(bytes(await chipBytes(bench, 'f7', 8))), parseRaw(bytes(data))]
    // One hundredth of a degree is 32 codes, and shifts the pressure's and humidity's codes with it.
    t.ok(Math.abs(model.temperature - expected.temperature) <= 32, source)
    t.ok(Math.abs(model.pressure - expected.pressure) <= 8, source)
    t.ok(Math.abs(model.humidity - expected.humidity) <= 8, source)
  }
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new SensorBench(bme280, model)
  t.equal(await chipBytes(bench, 'd0', 1), '60')
  t.equal(await chipBytes(bench, 'f2', 4), '00010000', 'calibration is loading')
  await bench.clock.advance(2)
  t.equal(await chipBytes(bench, 'f2', 4), '00000000')
  t.equal(await chipBytes(bench, 'f7', 8), '8000008000008000')
})

t.test('humidity set after the measurement control has no effect', async (t) => {
  const bench = new SensorBench(bme280, model)
  await chipBytes(bench, 'f425f201', 0)
  t.equal(await chipBytes(bench, 'fd', 2, 20), '8000')
})

for (const mode of ['forced', 'normal']) {
  for (const oversampling of [1, 16]) {
    t.test(`${mode} mode, ${oversampling}x: samples are what surrounds the chip now`, async (t) => {
      const bench = new SensorBench(bme280, model, { address: 0x77, options: { mode, oversampling, iir: 2 } })
      const sensor = await bench.open()
      for (const [temperature, humidity, pressure] of [
        [21.5, 40, 101_325],
        [-20, 85, 95_000],
        [60, 5, 87_000]
      ] as const) {
        bench.world.ambient.hold('temperature', temperature)
        bench.world.ambient.hold('humidity', humidity)
        bench.world.ambient.hold('pressure', pressure)
        await bench.clock.advance(2000)
        const measured = await bench.sample(sensor)
        t.same(
          measured.map(({ quantity }) => quantity),
          ['temperature', 'humidity', 'pressure']
        )
        for (const [index, expected, tolerance] of [
          [0, temperature, 0.02],
          [1, humidity, 0.1],
          [2, pressure, 8]
        ] as const) {
          const value = Number(measured[index]?.value)
          t.ok(Math.abs(value - expected) <= tolerance, `${value} for ${expected}`)
        }
      }
    })
  }
}

t.test('a chip put in the place of another brings its own calibration', async (t) => {
  let calibration = bytes('6a01001329031e')
  let failing = false
  const bench = new SensorBench(bme280, (environment) => {
    const chip = model(environment)
    return {
      write: (sent) => chip.write(sent),
      read: (count) => {
        if (failing && count === 4) throw new NotAcknowledged('address')
        return count === 7 ? calibration : chip.read(count)
      }
    }
  })
  const sensor = await bench.open()
  const before = Number(await bench.value(sensor, 'humidity'))
  bench.world.faults.set('i2c-1', bench.address, 'unplugged')
  await bench.refusal(bench.sample(sensor))
  bench.world.faults.clear('i2c-1', bench.address)
  calibration = bytes('d400001329031e')
  const configuring = bench.refusal(sensor.sample(new AbortController().signal))
  await bench.clock.advance(1)
  failing = true
  t.match(
    await bench.clock.run(configuring),
    { code: 'no-acknowledge-address' },
    'its settings could not be checked'
  )
  failing = false
  const after = Number(await bench.value(sensor, 'humidity'))
  t.ok(after < before * 0.7, `${after} after ${before}`)
})

for (const mode of ['forced', 'normal'])
  t.test(`a code that looks like a skipped measurement may be one that was made (${mode})`, async (t) => {
    let reads = 0
    const bench = new SensorBench(
      bme280,
      (environment) => {
        const chip = model(environment)
        return {
          write: (sent) => chip.write(sent),
          read: (count) => {
            if (count !== 8) return chip.read(count)
            reads += 1
            return bytes(reads < 3 ? '655ac07eed008000' : '655ac07eed008001')
          }
        }
      },
      { options: { mode } }
    )
    const humidity = Number(await bench.value(await bench.open(), 'humidity'))
    t.ok(humidity > 54.997 && humidity < 77.17, `${humidity} lies between those of codes 30000 and 34000`)
    t.equal(reads, 3, 'the chip has measured again, twice')
  })

bosch280Matrix(t, bme280, model, [
  [0x58, 'bmp280'],
  [0x61, 'bme680'],
  [0x55, 'bmp180']
])
