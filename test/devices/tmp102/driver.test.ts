import t from 'tap'
import { celsius } from '../../../devices/tmp102/convert.ts'
import { tmp102 } from '../../../devices/tmp102/index.ts'
import { model } from '../../../devices/tmp102/model.ts'
import { temperatures } from '../../../devices/tmp102/vectors.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { faultMatrix } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'

t.test('the register converts as the datasheet says', async (t) => {
  for (const { bytes, celsius: expected, source } of temperatures) {
    t.equal(celsius(Number.parseInt(bytes, 16)), expected, `${bytes} (${source})`)
  }
})

t.test('the model gives the bytes of the datasheet', async (t) => {
  for (const { bytes, celsius: ambient, source } of temperatures) {
    const extended = (Number.parseInt(bytes, 16) & 1) === 1
    const bench = new SensorBench(tmp102, model, { options: { extended } })
    bench.world.ambient.hold('temperature', ambient)
    await bench.sample(await bench.open())
    t.equal(await chipBytes(bench, '00', 2), bytes, `${ambient} °C (${source})`)
  }
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new SensorBench(tmp102, model)
  bench.world.ambient.hold('temperature', 25)
  t.same(
    [await chipBytes(bench, '01', 2), await chipBytes(bench, '02', 2), await chipBytes(bench, '03', 2)],
    ['60a0', '4b00', '5000']
  )
  t.equal(await chipBytes(bench, '00', 2), '0000', 'zero before the first conversion')
  await bench.clock.advance(26)
  t.equal(await chipBytes(bench, '00', 2), '1900')
  bench.world.ambient.hold('temperature', 50)
  await bench.clock.advance(249)
  t.equal(await chipBytes(bench, '00', 2), '1900', 'the next conversion ends 250 ms later')
  await bench.clock.advance(1)
  t.equal(await chipBytes(bench, '00', 2), '3200')
})

t.test('a sample is what surrounds the chip now', async (t) => {
  const bench = new SensorBench(tmp102, model, { address: 0x4b })
  const sensor = await bench.open()
  for (const ambient of [21.5, -25, 0.0625, 127.9375]) {
    bench.world.ambient.hold('temperature', ambient)
    t.same(await bench.sample(sensor), [{ quantity: 'temperature', value: ambient }])
  }
})

t.test('13 bits reach 150 °C, 12 bits end below 128', async (t) => {
  for (const [extended, expected] of [
    [true, 150],
    [false, 127.9375]
  ] as const) {
    const bench = new SensorBench(tmp102, model, { options: { extended } })
    bench.world.ambient.hold('temperature', 151)
    t.equal(await bench.value(await bench.open(), 'temperature'), expected)
  }
})

t.test('another chip is not taken for a tmp102', async (t) => {
  const bench = new SensorBench(tmp102, () => ({
    write() {},
    read: (count) => new Uint8Array(count).fill(0x12)
  }))
  t.match(await bench.refusal(bench.open()), {
    code: 'garbage',
    message: 'tmp102 at 0x48 on i2c-1 has the configuration 1212 which no tmp102 can have'
  })
})

faultMatrix(t, tmp102, model)
