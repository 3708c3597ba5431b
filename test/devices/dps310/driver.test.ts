import t from 'tap'
import { compensate, isCalibrated, parseCoefficients, parseRaw } from '../../../devices/dps310/convert.ts'
import { dps310 } from '../../../devices/dps310/index.ts'
import { model, variantModel } from '../../../devices/dps310/model.ts'
import { measurements, signs } from '../../../devices/dps310/vectors.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { faultMatrix, oneByte } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

t.test('coefficients are cut out of their bytes with their signs', async (t) => {
  const published = measurements.filter(({ parsed }) => parsed !== undefined)
  t.equal(published.length, 2)
  for (const { coefficients, parsed, source } of [...published, signs]) {
    t.same(parseCoefficients(bytes(coefficients)), parsed, source)
  }
})

t.test('the formulas of the datasheet', async (t) => {
  for (const vector of measurements) {
    const raw = {
      temperature: parseRaw(bytes(vector.temperature)),
      pressure: parseRaw(bytes(vector.pressure))
    }
    const code = Math.log2(vector.oversampling)
    const { temperature, pressure } = compensate(raw, code, parseCoefficients(bytes(vector.coefficients)))
    t.ok(Math.abs(temperature - vector.celsius) < 1e-5, `${temperature} °C (${vector.source})`)
    t.ok(Math.abs(pressure - vector.pascal) < 1e-5, `${pressure} Pa (${vector.source})`)
  }
})

t.test('an empty memory is no calibration', async (t) => {
  for (const empty of [0, -1]) {
    t.notOk(isCalibrated({ ...signs.parsed, c1: empty }))
    t.notOk(isCalibrated({ ...signs.parsed, c10: empty }))
  }
  t.ok(isCalibrated({ ...signs.parsed, c1: 1, c10: -2 }))
  const bench = new SensorBench(dps310, (environment) => {
    const chip = model(environment)
    return {
      write: (sent) => chip.write(sent),
      read: (count) => (count === 18 ? new Uint8Array(18) : chip.read(count))
    }
  })
  t.match(await bench.refusal(bench.open()), { code: 'not-calibrated', message: bench.label })
})

t.test('the model gives the raw values of the vectors', async (t) => {
  const qemu = measurements.filter(({ coefficients }) => coefficients === measurements[0]?.coefficients)
  for (const { oversampling, temperature, pressure, celsius, pascal } of qemu) {
    const bench = new SensorBench(dps310, variantModel({ sound: true, source: 0x80 }))
    bench.world.ambient.hold('temperature', celsius)
    bench.world.ambient.hold('pressure', pascal)
    const code = Math.log2(oversampling)
    await chipBytes(bench, `060${code}`, 0)
    await chipBytes(bench, `078${code}`, 0)
    await chipBytes(bench, oversampling > 8 ? '090c' : '0900', 0)
    await bench.clock.advance(40)
    await chipBytes(bench, '0802', 0)
    await bench.clock.advance(2.1 + 1.6 * oversampling)
    t.equal(await chipBytes(bench, '08', 1), 'e0')
    await chipBytes(bench, '0801', 0)
    await bench.clock.advance(2.1 + 1.6 * oversampling)
    t.equal(await chipBytes(bench, '08', 1), 'f0')
    const [modelled, expected] = [await chipBytes(bench, '00', 6), pressure + temperature]
    for (const at of [0, 6]) {
      const difference =
        parseRaw(bytes(modelled.slice(at, at + 6))) - parseRaw(bytes(expected.slice(at, at + 6)))
      t.ok(Math.abs(difference) <= 8, `${oversampling}x: ${modelled} for ${expected}`)
    }
    t.equal(await chipBytes(bench, '08', 1), 'c0', 'reading clears the ready bits')
  }
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new SensorBench(dps310, model)
  t.equal(await chipBytes(bench, '06', 4), '00000000')
  t.equal(await chipBytes(bench, '0d', 1), '10')
  await bench.clock.advance(12)
  t.equal(await chipBytes(bench, '08', 1), '40')
  t.equal(await chipBytes(bench, '10', 18), '00'.repeat(18), 'coefficients come later')
  await bench.clock.advance(28)
  t.equal(await chipBytes(bench, '08', 1), 'c0')
  t.equal(await chipBytes(bench, '10', 18), measurements[0]?.coefficients)
  await chipBytes(bench, '0783', 0)
  await chipBytes(bench, '0c09', 0)
  t.equal(await chipBytes(bench, '06', 4), '00000000', 'reset')
})

for (const oversampling of [1, 2, 4, 8, 16, 32, 64, 128]) {
  t.test(`${oversampling}x: samples are what surrounds the chip now`, async (t) => {
    const bench = new SensorBench(dps310, model, { options: { oversampling } })
    const sensor = await bench.open()
    for (const [temperature, pressure] of [
      [21.5, 101_325],
      [-40, 30_000],
      [85, 120_000]
    ] as const) {
      bench.world.ambient.hold('temperature', temperature)
      bench.world.ambient.hold('pressure', pressure)
      const measured = await bench.sample(sensor)
      t.same(
        measured.map(({ quantity }) => quantity),
        ['temperature', 'pressure']
      )
      const [t1, p1] = measured.map(({ value }) => Number(value))
      t.ok(Math.abs(Number(t1) - temperature) <= 0.01, `${t1} for ${temperature}`)
      t.ok(Math.abs(Number(p1) - pressure) <= 1, `${p1} for ${pressure}`)
    }
  })
}

t.test('the temperature is that of the sensor the coefficients are for, trimmed or not', async (t) => {
  for (const sound of [true, false]) {
    for (const source of [0x00, 0x80] as const) {
      const bench = new SensorBench(dps310, variantModel({ sound, source }))
      bench.world.ambient.hold('temperature', 20)
      const value = Number(await bench.value(await bench.open(), 'temperature'))
      t.ok(Math.abs(value - 20) < 0.01, `${value}`)
    }
  }
})

t.test('untrimmed, and from the other sensor, the model reads wrong', async (t) => {
  const bench = new SensorBench(dps310, model)
  bench.world.ambient.hold('temperature', 20)
  await bench.clock.advance(40)
  await chipBytes(bench, '0780', 0)
  await chipBytes(bench, '0802', 0)
  await bench.clock.advance(4)
  const coefficients = parseCoefficients(bytes(await chipBytes(bench, '10', 18)))
  const celsius = async (): Promise<number> =>
    compensate(
      { temperature: parseRaw(bytes(await chipBytes(bench, '03', 3))), pressure: 0 },
      0,
      coefficients
    ).temperature
  t.ok(Math.abs((await celsius()) - 60) < 0.01)
  await chipBytes(bench, '6202', 0)
  await chipBytes(bench, '0700', 0)
  await chipBytes(bench, '0802', 0)
  await bench.clock.advance(4)
  t.ok(Math.abs((await celsius()) - 35) < 0.01, 'a locked register is not written')
})

t.test('the chip is reset, trimmed where it must be, and set up', async (t) => {
  const trimming = ['0ea5', '0f96', '6202', '0e00', '0f00']
  for (const [sound, oversampling, expected] of [
    [false, 8, ['0c09', ...trimming, '0613', '0793', '0900', '0802', '0801']],
    [true, 16, ['0c09', '0614', '0794', '090c', '0802', '0801']]
  ] as const) {
    const written: string[] = []
    const making = variantModel({ sound, source: 0x80 })
    const bench = new SensorBench(
      dps310,
      (environment) => {
        const chip = making(environment)
        return {
          write: (sent) => {
            if (sent.length > 1) written.push(Buffer.from(sent).toString('hex'))
            chip.write(sent)
          },
          read: (count) => chip.read(count)
        }
      },
      { options: { oversampling } }
    )
    await bench.sample(await bench.open())
    t.same(written, expected, 'linux drivers/iio/pressure/dps310.c; Infineon dps310_config.h')
  }
})

t.test('a sample takes as long as its two measurements', async (t) => {
  for (const oversampling of [1, 128]) {
    const bench = new SensorBench(dps310, model, { options: { oversampling } })
    const sensor = await bench.open()
    const before = bench.clock.monotonic()
    await bench.sample(sensor)
    const took = bench.clock.monotonic() - before
    const expected = { 1: 2 * 3.6, 128: 2 * 206.8 }[oversampling] ?? 0
    t.ok(took >= expected - 0.01 && took < expected + 0.5, `${took} ms`)
  }
})

t.test('a measurement without a waiting caller is not taken for the next', async (t) => {
  const bench = new SensorBench(dps310, model, { options: { oversampling: 64 } })
  bench.world.ambient.hold('temperature', 10)
  const sensor = await bench.open()
  const abort = new AbortController()
  const sampling = sensor.sample(abort.signal)
  await bench.clock.advance(20)
  abort.abort(new Error('enough'))
  await t.rejects(sampling, { message: 'enough' })
  await bench.clock.advance(1000)
  bench.world.ambient.hold('temperature', 30)
  const value = Number(await bench.value(sensor, 'temperature'))
  t.ok(Math.abs(value - 30) < 0.01, `${value}`)
})

t.test('another chip is not taken for a dps310', async (t) => {
  const bench = new SensorBench(dps310, () => ({
    write() {},
    read: (count) => new Uint8Array(count).fill(0x58)
  }))
  t.match(await bench.refusal(bench.open()), {
    code: 'garbage',
    message: 'dps310 at 0x77 on i2c-1 has the identity 58 where a chip of that type has 10'
  })
})

t.test('power lost in the middle of a measurement is no value', async (t) => {
  const bench = new SensorBench(dps310, model, { options: { oversampling: 1 } })
  const sensor = await bench.open()
  for (const at of [1, 5]) {
    const sampling = bench.refusal(sensor.sample(new AbortController().signal))
    await bench.clock.advance(at)
    bench.world.faults.brownOut('i2c-1', bench.address)
    t.match(await bench.clock.run(sampling), { code: 'not-ready', message: bench.label })
    t.equal((await bench.sample(sensor)).length, 2)
  }
})

// All that it is asked for has no checksum, and its identity is one byte: 10, which the fault makes 00.
faultMatrix(t, dps310, model, { codes: { ...oneByte, 'bad-crc': ['stuck'] } })
