import t from 'tap'
import { celsius } from '../../../devices/mcp9808/convert.ts'
import { mcp9808 } from '../../../devices/mcp9808/index.ts'
import { model } from '../../../devices/mcp9808/model.ts'
import { temperatures } from '../../../devices/mcp9808/vectors.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { faultMatrix } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'

t.test('the register converts as the datasheet says', async (t) => {
  for (const { bytes, celsius: expected, source } of temperatures) {
    const word = Number.parseInt(bytes, 16)
    t.equal(celsius(word), expected, source)
    t.equal(celsius(word ^ 0xe000), expected, 'the alarms are no part of the value')
  }
})

t.test('the model gives the bytes of the datasheet', async (t) => {
  for (const { bytes, celsius: ambient, source } of temperatures) {
    const bench = new SensorBench(mcp9808, model)
    bench.world.ambient.hold('temperature', ambient)
    await bench.sample(await bench.open())
    t.equal(await chipBytes(bench, '05', 2), bytes, source)
  }
})

t.test('the model powers on as the datasheet says', async (t) => {
  const bench = new SensorBench(mcp9808, model)
  bench.world.ambient.hold('temperature', 25.0625)
  const registers = ['01', '02', '03', '04', '06', '07']
  const words: string[] = []
  for (const register of registers) words.push(await chipBytes(bench, register, 2))
  t.same(words, ['0000', '0000', '0000', '0000', '0054', '0400'])
  t.equal(await chipBytes(bench, '08', 1), '03')
  t.equal(await chipBytes(bench, '05', 2, 249), '0000', 'zero before the first conversion')
  t.equal(await chipBytes(bench, '05', 2, 1), 'c191')
  await chipBytes(bench, '0801', 0)
  t.equal(await chipBytes(bench, '05', 2, 250), 'c190', 'a coarser resolution')
})

t.test('a sample is what surrounds the chip now', async (t) => {
  const bench = new SensorBench(mcp9808, model, { address: 0x1f })
  const sensor = await bench.open()
  for (const ambient of [21.5, -40, 0.0625, -0.0625, 125]) {
    bench.world.ambient.hold('temperature', ambient)
    t.same(await bench.sample(sensor), [{ quantity: 'temperature', value: ambient }])
    await bench.clock.advance(1000)
    t.equal(await chipBytes(bench, '01', 2), '0700', 'it sleeps')
  }
})

t.test('power lost in the middle of a conversion is no value', async (t) => {
  const bench = new SensorBench(mcp9808, model)
  const sensor = await bench.open()
  const sampling = bench.refusal(sensor.sample(new AbortController().signal))
  await bench.clock.advance(200)
  bench.world.faults.brownOut('i2c-1', bench.address)
  t.match(await bench.clock.run(sampling), {
    message: `${bench.label} reads back 0000 where 0600 was written`
  })
  t.equal((await bench.sample(sensor)).length, 1)
})

t.test('another chip is reported by its name', async (t) => {
  const withIdentity =
    (maker: number, identity: number): ChipModelFactory =>
    () => {
      let pointer = 0
      return {
        write([register = 0]) {
          pointer = register
        },
        read: () => Uint8Array.of(...(pointer === 6 ? [maker >> 8, maker] : [identity >> 8, identity]))
      }
    }
  const relative = new SensorBench(mcp9808, withIdentity(0x0054, 0x0200))
  t.match(await relative.refusal(relative.open()), { code: 'wrong-chip', message: 'is a mcp9804' })
  const stranger = new SensorBench(mcp9808, withIdentity(0x1131, 0x0400))
  t.match(await stranger.refusal(stranger.open()), { code: 'garbage', message: 'has the manufacturer 1131' })
})

// No register shows that a conversion has ended, and the last value stays.
faultMatrix(t, mcp9808, model, { unnoticeable: ['never-ready'] })
