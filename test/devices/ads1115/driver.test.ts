import t from 'tap'
import { isFull, volts } from '../../../devices/ads1115/convert.ts'
import { ads1115 } from '../../../devices/ads1115/index.ts'
import { model } from '../../../devices/ads1115/model.ts'
import { configurations, voltages } from '../../../devices/ads1115/vectors.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { faultMatrix } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'

t.test('the conversion register converts as the datasheet says', async (t) => {
  for (const { bytes, gain, volts: expected, source } of voltages) {
    const value = volts(Number.parseInt(bytes, 16), gain)
    t.ok(Math.abs(value - expected) < 1e-12, `${value} V (${source})`)
  }
  t.same([0x7fff, 0x8000, 0x7ffe, 0x8001, 0].map(isFull), [true, true, false, false, false])
})

t.test('the model gives the bytes of the datasheet', async (t) => {
  for (const { bytes, gain, volts: input, source } of voltages) {
    const bench = new SensorBench(ads1115, model)
    bench.world.ambient.hold('voltage', input)
    const code = [6.144, 4.096, 2.048, 1.024, 0.512, 0.256].indexOf(gain)
    await chipBytes(bench, `01${(0xc183 | (code << 9)).toString(16)}`, 0)
    await bench.clock.advance(8)
    t.equal(await chipBytes(bench, '00', 2), bytes, `${input} V (${source})`)
  }
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new SensorBench(ads1115, model)
  t.same(
    [await chipBytes(bench, '00', 2), await chipBytes(bench, '01', 2), await chipBytes(bench, '02', 2)],
    ['0000', '8583', '8000']
  )
  t.equal(await chipBytes(bench, '03', 2), '7fff')
})

t.test('the model converts on and on in continuous mode', async (t) => {
  const bench = new SensorBench(ads1115, model)
  bench.world.ambient.hold('voltage', 1.024)
  await chipBytes(bench, '014483', 0)
  await bench.clock.advance(9)
  t.equal(await chipBytes(bench, '00', 2), '4000')
  bench.world.ambient.hold('voltage', 0.512)
  await bench.clock.advance(8)
  t.equal(await chipBytes(bench, '00', 2), '2000')
  t.equal(await chipBytes(bench, '01', 2), '4483')
})

t.test('inputs, gain and rate are asked for in their bits', async (t) => {
  for (const { channel, gain, rate, bytes, source } of configurations) {
    const bench = new SensorBench(ads1115, model, { options: { channels: channel, gain, rate } })
    bench.world.ambient.hold('voltage', 0.1)
    const sensor = await bench.open()
    const sampling = sensor.sample(new AbortController().signal)
    await bench.clock.advance(0.5)
    t.equal(await chipBytes(bench, '01', 2), bytes, source)
    const before = bench.clock.monotonic()
    t.equal((await bench.clock.run(sampling))[0]?.channel, channel)
    t.ok(bench.clock.monotonic() - before + 0.5 < 1000 / rate + 0.05, `${rate} a second`)
  }
})

t.test('each channel has the voltage of its own input', async (t) => {
  const ladder = { a0: 4, a1: 2, a2: 1, a3: 0.5, d01: 2, d03: 3.5, d13: 1.5, d23: 0.5 }
  const channels = Object.keys(ladder).join(' ')
  const bench = new SensorBench(ads1115, model, { address: 0x4b, options: { channels } })
  bench.world.ambient.hold('voltage', 4)
  const measured = await bench.sample(await bench.open())
  t.same(
    measured.map(({ channel }) => channel),
    Object.keys(ladder)
  )
  for (const [index, expected] of Object.values(ladder).entries()) {
    const value = Number(measured[index]?.value)
    t.ok(Math.abs(value - expected) <= 0.0001, `${value} for ${expected}`)
  }
})

t.test('channels are those that were asked for, each once', async (t) => {
  if (typeof ads1115.measures !== 'function') throw new Error('they depend on the options')
  t.same(ads1115.measures({ channels: 'd01 a3 d01', gain: 0.512 }), [
    { quantity: 'voltage', channel: 'd01', range: [-0.512, 0.512] },
    { quantity: 'voltage', channel: 'a3', range: [-0.512, 0.512] }
  ])
  const bench = new SensorBench(ads1115, model, { options: { channels: 'd01 a3 d01' } })
  t.equal((await bench.sample(await bench.open())).length, 2)
  const pattern =
    ads1115.options['channels']?.kind === 'text' ? ads1115.options['channels'].pattern : undefined
  for (const fine of ['a0', 'a0 a1 a2 a3', 'd01 d23']) t.match(fine, pattern)
  for (const wrong of ['', 'a4', 'd02', 'd12', 'd33', 'a0,a1', ' a0', 'a0  a1']) t.notMatch(wrong, pattern)
})

t.test('an input beyond full scale is no value', async (t) => {
  const bench = new SensorBench(ads1115, model, { options: { gain: 1.024 } })
  bench.world.ambient.hold('voltage', 2)
  const sensor = await bench.open()
  t.match(await bench.refusal(bench.sample(sensor)), {
    code: 'out-of-range',
    message: 'ads1115 at 0x48 on i2c-1 has a0 beyond 1.024 volts',
    hint: 'larger gain'
  })
})

t.test('another chip is not taken for an ads1115', async (t) => {
  const bench = new SensorBench(ads1115, () => ({
    write() {},
    read: (count) => new Uint8Array(count).fill(0x12)
  }))
  t.match(await bench.refusal(bench.open()), {
    code: 'garbage',
    message: 'ads1115 at 0x48 on i2c-1 reads back 1212 where 0183 was written'
  })
  const silent = new SensorBench(ads1115, () => ({ write() {}, read: (count) => new Uint8Array(count) }))
  t.match(await silent.refusal(silent.open()), { code: 'stuck', message: silent.label })
})

faultMatrix(t, ads1115, model)
