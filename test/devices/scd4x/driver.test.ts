import t from 'tap'
import { celsius, co2Ratio, relativeHumidity, temperatureOffsetWord } from '../../../devices/scd4x/convert.ts'
import { scd4x } from '../../../devices/scd4x/index.ts'
import { scd40, scd41 } from '../../../devices/scd4x/model.ts'
import { measurements, settings } from '../../../devices/scd4x/vectors.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { checked, faultMatrix } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'
import { near } from '../../support/near.ts'

const word = (hex: string, at: number): number => Number.parseInt(hex.slice(at, at + 4), 16)

t.test('words convert as the datasheet says', async (t) => {
  for (const { bytes, ppm, temperature, humidity, source } of measurements) {
    near(t, co2Ratio(word(bytes, 0)) * 1e6, ppm, 1e-9, source)
    near(t, celsius(word(bytes, 6)), temperature, 1e-6, source)
    near(t, relativeHumidity(word(bytes, 12)), humidity, 1e-6, source)
  }
  t.equal(temperatureOffsetWord(5.4), 0x07e6, 'the example of set_temperature_offset')
  t.equal(temperatureOffsetWord(4), 0x05da, 'the offset of the factory')
  t.equal(temperatureOffsetWord(20), 0x1d42, '20 · 65535 / 175')
  t.equal(temperatureOffsetWord(175), 0xffff, 'all ones stand for 175 °C')
})

function surround(bench: SensorBench, ppm: number, temperature: number, humidity: number): void {
  bench.world.ambient.hold('co2', ppm / 1e6)
  bench.world.ambient.hold('temperature', temperature)
  bench.world.ambient.hold('humidity', humidity)
  bench.world.ambient.hold('pressure', 101_300)
}

t.test('the model gives the bytes of the datasheet', async (t) => {
  for (const { bytes, ppm, temperature, humidity, source } of measurements) {
    const bench = new SensorBench(scd4x, scd41)
    surround(bench, ppm, temperature, humidity)
    // Its own warmth is taken off by the word of the offset, to half a step.
    await chipBytes(bench, '21b1', 0, 5000)
    const found = await chipBytes(bench, 'ec05', 9, 1)
    t.equal(found.slice(0, 6), bytes.slice(0, 6), source)
    t.ok(Math.abs(word(found, 6) - word(bytes, 6)) <= 1, source)
    t.equal(found.slice(12), bytes.slice(12), source)
  }
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new SensorBench(scd4x, scd41)
  t.equal(await chipBytes(bench, '3682', 9, 1), 'f896319f07c23bbe89')
  t.equal(await chipBytes(bench, '202f', 3, 1), '1408d5')
  t.equal(await chipBytes(bench, '2318', 3, 1), '05da29', 'offset of 4 °C')
  t.equal(await chipBytes(bench, '2322', 3, 1), '000081', 'altitude of 0')
  t.equal(await chipBytes(bench, '2313', 3, 1), '0001b0', 'self-calibration')
  t.equal(await chipBytes(bench, 'e4b8', 3, 1), '8000a2', 'no data')
  await t.rejects(chipBytes(bench, 'ec05', 9, 1), { code: 'no-acknowledge-address' }, 'no data')
})

t.test('the model measures each 5 s, and takes few commands meanwhile', async (t) => {
  const bench = new SensorBench(scd4x, scd41)
  await chipBytes(bench, '21b1', 0)
  t.equal(await chipBytes(bench, 'e4b8', 3, 4999), '8000a2')
  t.equal(await chipBytes(bench, 'e4b8', 3, 1), '800604')
  for (const command of ['3682', '202f', '2318', '21b1', '2427000081']) {
    await t.rejects(chipBytes(bench, command, 0), { code: 'no-acknowledge-data' }, command)
  }
  await chipBytes(bench, 'e00003db42', 0, 1)
  t.equal((await chipBytes(bench, 'ec05', 9, 1)).length, 18)
  await t.rejects(
    chipBytes(bench, 'ec05', 9, 1),
    { code: 'no-acknowledge-address' },
    'data are given out once'
  )
  await chipBytes(bench, '3f86', 0)
  await t.rejects(chipBytes(bench, '3682', 9, 1), { code: 'no-acknowledge-address' }, 'while it stops')
  await bench.clock.advance(500)
  t.equal(await chipBytes(bench, '3682', 9, 1), 'f896319f07c23bbe89')
})

t.test('the model refuses a word whose CRC is wrong', async (t) => {
  const bench = new SensorBench(scd4x, scd41)
  await t.rejects(chipBytes(bench, '2427079e08', 0), { code: 'no-acknowledge-data' })
})

/** A chip that keeps a list of what is written to it. */
function recorded(model: ChipModelFactory): { model: ChipModelFactory; written: string[] } {
  const written: string[] = []
  return {
    written,
    model: (environment) => {
      const chip = model(environment)
      return {
        write(bytes) {
          written.push(Buffer.from(bytes).toString('hex'))
          chip.write(bytes)
        },
        read: (count) => chip.read(count)
      }
    }
  }
}

for (const mode of ['periodic', 'single']) {
  t.test(`${mode}: a sample is what surrounds the chip`, async (t) => {
    const bench = new SensorBench(scd4x, scd41, { options: { mode } })
    const sensor = await bench.open()
    for (const [ppm, temperature, humidity] of [
      [420, 21.5, 40],
      [5000, -10, 0],
      [1200, 60, 100]
    ] as const) {
      surround(bench, ppm, temperature, humidity)
      await bench.clock.advance(10_000)
      const measured = await bench.sample(sensor)
      t.same(
        measured.map(({ quantity }) => quantity),
        ['co2', 'temperature', 'humidity']
      )
      near(t, measured[0]?.value, ppm / 1e6, 1e-12)
      near(t, measured[1]?.value, temperature, 0.004)
      near(t, measured[2]?.value, humidity, 0.001)
    }
    await sensor.close()
  })

  t.test(`${mode}: the settings are sent as the datasheet says`, async (t) => {
    for (const { option, value, bytes, source } of settings) {
      const { model, written } = recorded(scd41)
      const bench = new SensorBench(scd4x, model, { options: { mode, [option]: value } })
      await bench.sample(await bench.open())
      t.ok(written.includes(bytes), `${option} ${value} (${source})`)
      const start = written.indexOf(mode === 'periodic' ? '21b1' : '219d')
      t.ok(written.indexOf(bytes) < start, 'before it measures')
    }
  })
}

t.test('altitude, pressure and offset change the values', async (t) => {
  const measure = async (options: Record<string, number>, pressure: number) => {
    const bench = new SensorBench(scd4x, scd41, { options })
    surround(bench, 1000, 20, 50)
    bench.world.ambient.hold('pressure', pressure)
    return await bench.sample(await bench.open())
  }
  const [low] = await measure({}, 89_870)
  near(t, low?.value, 887e-6, 2e-6, 'at 1000 m, not corrected')
  const [altitude] = await measure({ altitude: 1000 }, 89_870)
  near(t, altitude?.value, 1000e-6, 2e-6, 'corrected by the altitude')
  const [pressure] = await measure({ altitude: 200, ambient_pressure: 899 }, 89_900)
  near(t, pressure?.value, 1000e-6, 1e-12, 'corrected by the pressure, which overrides the altitude')
  const [, warm] = await measure({ temperature_offset: 6 }, 101_300)
  near(t, warm?.value, 18, 0.005, 'two degrees more than the chip warms itself')
})

t.test('no pressure is sent where nothing is said of it', async (t) => {
  const { model, written } = recorded(scd41)
  const bench = new SensorBench(scd4x, model, { options: { altitude: 500 } })
  await bench.sample(await bench.open())
  t.notOk(written.some((bytes) => bytes.startsWith('e000')))
})

t.test('a pressure that was set before does not outlive the configuration', async (t) => {
  const bench = new SensorBench(scd4x, scd41)
  surround(bench, 1000, 20, 50)
  await chipBytes(bench, 'e00003db42', 0, 1)
  near(t, await bench.value(await bench.open(), 'co2'), 1000e-6, 1e-12, 'the altitude, 0 m, overrides it')
})

t.test('a value is given out once, and then the next', async (t) => {
  const bench = new SensorBench(scd4x, scd41)
  const sensor = await bench.open()
  surround(bench, 600, 20, 50)
  await bench.sample(sensor)
  const before = bench.clock.monotonic()
  surround(bench, 700, 20, 50)
  near(t, await bench.value(sensor, 'co2'), 700e-6, 1e-12)
  near(t, bench.clock.monotonic() - before, 5000, 150, 'it waited for it')
})

t.test('a chip that is measuring when the node starts', async (t) => {
  const bench = new SensorBench(scd4x, scd41)
  await chipBytes(bench, '21b1', 0, 7000)
  t.equal((await bench.sample(await bench.open())).length, 3)
})

t.test('a loss of power is noticed at once where samples are rare', async (t) => {
  const bench = new SensorBench(scd4x, scd41, { options: { altitude: 1000 } })
  const sensor = await bench.open()
  await bench.sample(sensor)
  bench.world.faults.brownOut('i2c-1', bench.address)
  await bench.clock.advance(60_000)
  bench.world.ambient.hold('pressure', 89_870)
  bench.world.ambient.hold('co2', 1000e-6)
  const before = bench.clock.monotonic()
  near(t, await bench.value(sensor, 'co2'), 1000e-6, 2e-6, 'its settings are back')
  t.ok(bench.clock.monotonic() - before < 6000)
})

t.test('a scd40 has no single shots', async (t) => {
  const bench = new SensorBench(scd4x, scd40, { options: { mode: 'single' } })
  t.match(await bench.refusal(bench.open()), {
    code: 'wrong-chip',
    message: `${bench.label} is a scd40, which cannot measure single shots`,
    hint: 'mode: periodic'
  })
  const periodic = new SensorBench(scd4x, scd40)
  t.equal((await periodic.sample(await periodic.open())).length, 3)
})

t.test('0 ppm is no value', async (t) => {
  const bench = new SensorBench(scd4x, scd41)
  surround(bench, 0, 20, 50)
  const sensor = await bench.open()
  t.match(await bench.refusal(bench.sample(sensor)), { code: 'out-of-range', message: bench.label })
  surround(bench, 500, 20, 50)
  near(t, await bench.value(sensor, 'co2'), 500e-6, 1e-12)
})

t.test('periodic', async (t) => faultMatrix(t, scd4x, scd41, { codes: checked }))
t.test('single', async (t) => faultMatrix(t, scd4x, scd41, { codes: checked, options: { mode: 'single' } }))
