import t from 'tap'
import { amperes, isFull, volts } from '../../../devices/ina219/convert.ts'
import { ina219 } from '../../../devices/ina219/index.ts'
import { boardModel, model } from '../../../devices/ina219/model.ts'
import { configurations, conversions, example } from '../../../devices/ina219/vectors.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { faultMatrix } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'

const word = (hex: string): number => Number.parseInt(hex, 16)
const near = (value: number, expected: number): boolean => Math.abs(value - expected) < 1e-9

t.test('the registers convert as the datasheet says', async (t) => {
  for (const { shunt, bus, ohms, source, ...expected } of conversions) {
    const [current, voltage] = [amperes(word(shunt), ohms), volts(word(bus))]
    t.ok(near(current, expected.amperes), `${current} A (${source})`)
    t.ok(near(voltage, expected.volts), `${voltage} V (${source})`)
    t.ok(near(current * voltage, expected.watts), `${current * voltage} W (${source})`)
  }
  t.same(
    [0x7d00, 0x8300, 0x7cff, 0x8301].map((each) => isFull(each, 320)),
    [true, true, false, false]
  )
  t.same(
    [0x0fa0, 0xf060, 0x0f9f, 0xf061].map((each) => isFull(each, 40)),
    [true, true, false, false]
  )
})

t.test('the model gives the bytes of the datasheet', async (t) => {
  for (const { shunt, bus, ohms, source, ...surroundings } of conversions) {
    const bench = new SensorBench(ina219, boardModel(ohms))
    bench.world.ambient.hold('current', surroundings.amperes)
    bench.world.ambient.hold('voltage', surroundings.volts)
    await chipBytes(bench, '00399f', 0)
    await bench.clock.advance(1.1)
    t.equal(await chipBytes(bench, '01', 2), shunt, source)
    const given = word(await chipBytes(bench, '02', 2))
    t.equal(given & ~2, word(bus) & ~2, source)
    t.equal(given & 2, 2, 'ready')
    t.equal(word(await chipBytes(bench, '02', 2)) & 2, 0, 'reading clears it')
  }
})

t.test('the model works out current and power as in the example', async (t) => {
  const bench = new SensorBench(ina219, boardModel(0.002))
  bench.world.ambient.hold('current', 10)
  bench.world.ambient.hold('voltage', 11.98)
  await bench.clock.advance(2)
  t.same(
    [await chipBytes(bench, '03', 2), await chipBytes(bench, '04', 2)],
    ['0000', '0000'],
    'not calibrated'
  )
  await chipBytes(bench, `05${example.calibration}`, 0)
  await bench.clock.advance(2)
  t.same(
    [await chipBytes(bench, '03', 2), await chipBytes(bench, '04', 2)],
    [example.power, example.current],
    example.source
  )
  await chipBytes(bench, '055001', 0)
  t.equal(await chipBytes(bench, '05', 2), '5000', 'bit 0 cannot be set')
  await chipBytes(bench, '05fffe', 0)
  bench.world.ambient.hold('current', 100)
  await bench.clock.advance(2)
  t.equal(word(await chipBytes(bench, '02', 2)) & 1, 1, 'overflow')
  await chipBytes(bench, '008000', 0)
  t.same([await chipBytes(bench, '00', 2), await chipBytes(bench, '05', 2)], ['399f', '0000'], 'reset')
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new SensorBench(ina219, model)
  t.same(
    [await chipBytes(bench, '00', 2), await chipBytes(bench, '01', 2), await chipBytes(bench, '05', 2)],
    ['399f', '0000', '0000']
  )
})

t.test('range and averaging are asked for in their bits, and take their time', async (t) => {
  for (const { maximum_current, samples, bytes, source } of configurations) {
    const bench = new SensorBench(ina219, model, { options: { maximum_current, samples } })
    bench.world.ambient.hold('current', 0.1)
    const sensor = await bench.open()
    const before = bench.clock.monotonic()
    await bench.sample(sensor)
    const took = bench.clock.monotonic() - before
    t.ok(took >= samples * 1.064 && took < samples * 1.3 + 2, `${took} ms`)
    t.equal(await chipBytes(bench, '00', 2), bytes, source)
  }
})

t.test('a sample is what flows now', async (t) => {
  const bench = new SensorBench(ina219, model, { address: 0x4f })
  const sensor = await bench.open()
  for (const [voltage, current] of [
    [5, 0.5],
    [12, -1.25],
    [0, 0],
    [25.996, 3.1999]
  ] as const) {
    bench.world.ambient.hold('voltage', voltage)
    bench.world.ambient.hold('current', current)
    const measured = await bench.sample(sensor)
    t.same(
      measured.map(({ quantity }) => quantity),
      ['voltage', 'current', 'power']
    )
    for (const [index, expected] of [voltage, current, voltage * current].entries()) {
      t.ok(near(Number(measured[index]?.value), expected), `${measured[index]?.value} for ${expected}`)
    }
  }
})

t.test('current and power are of one conversion', async (t) => {
  const bench = new SensorBench(ina219, model, { options: { samples: 128 } })
  bench.world.ambient.hold('voltage', 5)
  bench.world.ambient.hold('current', 1)
  const sensor = await bench.open()
  const sampling = sensor.sample(new AbortController().signal)
  await bench.clock.advance(136.19)
  bench.world.ambient.hold('voltage', 10)
  bench.world.ambient.hold('current', 2)
  const power = (await bench.clock.run(sampling)).find(({ quantity }) => quantity === 'power')
  const value = power !== undefined && 'value' in power ? power.value : undefined
  t.ok(value === 20 || value === 5, `${value}`)
})

t.test('more than the range is no value', async (t) => {
  const bench = new SensorBench(ina219, model, { options: { maximum_current: 0.4 } })
  bench.world.ambient.hold('current', -0.5)
  const sensor = await bench.open()
  t.match(await bench.refusal(bench.sample(sensor)), {
    code: 'out-of-range',
    message: 'ina219 at 0x40 on i2c-1 has more than 40 mV over its shunt',
    hint: 'maximum_current'
  })
})

t.test('a shunt too large for the current is refused', async (t) => {
  const barely = new SensorBench(ina219, model, { options: { maximum_current: 3.205 } })
  t.match(await barely.refusal(barely.open()), { code: 'out-of-range' })
  const bench = new SensorBench(ina219, model, { options: { maximum_current: 10 } })
  t.match(await bench.refusal(bench.open()), {
    code: 'out-of-range',
    message: 'ina219 at 0x40 on i2c-1 cannot measure 10 A over 0.1 ohm: 1000 mV',
    hint: '320 mV'
  })
})

t.test('another chip is not taken for an ina219', async (t) => {
  const bench = new SensorBench(ina219, () => ({
    write() {},
    read: (count) => new Uint8Array(count).fill(0x12)
  }))
  t.match(await bench.refusal(bench.open()), {
    code: 'garbage',
    message: 'ina219 at 0x40 on i2c-1 reads back 1212 where 3c43 was written'
  })
})

t.test('power lost in the middle of a conversion is no value', async (t) => {
  const bench = new SensorBench(ina219, model, { options: { samples: 128 } })
  const sensor = await bench.open()
  const sampling = bench.refusal(sensor.sample(new AbortController().signal))
  await bench.clock.advance(60)
  bench.world.faults.brownOut('i2c-1', bench.address)
  t.match(await bench.clock.run(sampling), { code: 'garbage', message: 'reads back 399f' })
  t.equal((await bench.sample(sensor)).length, 3)
})

faultMatrix(t, ina219, model)
