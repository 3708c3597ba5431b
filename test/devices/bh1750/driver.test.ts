import t from 'tap'
import { lux } from '../../../devices/bh1750/convert.ts'
import { bh1750 } from '../../../devices/bh1750/index.ts'
import { model } from '../../../devices/bh1750/model.ts'
import { illuminances } from '../../../devices/bh1750/vectors.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { faultMatrix } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'

t.test('the result converts as the technical note says', async (t) => {
  for (const { bytes, mtreg, resolution, lux: expected, source } of illuminances) {
    const value = lux(Number.parseInt(bytes, 16), mtreg, resolution)
    t.ok(Math.abs(value - expected) <= 1e-4, `${value} lx (${source})`)
  }
})

const result = (bench: SensorBench): Promise<string> => chipBytes(bench, '', 2)

async function command(bench: SensorBench, ...commands: string[]): Promise<void> {
  for (const each of commands) await chipBytes(bench, each, 0)
}

t.test('the model gives the bytes of the technical note', async (t) => {
  for (const { bytes, mtreg, resolution, lux: ambient, source } of illuminances) {
    const bench = new SensorBench(bh1750, model, { options: { mtreg, resolution } })
    bench.world.ambient.hold('illuminance', ambient)
    const value = await bench.value(await bench.open(), 'illuminance')
    t.equal(await result(bench), bytes, `${ambient} lx (${source})`)
    t.equal(value, lux(Number.parseInt(bytes, 16), mtreg, resolution))
  }
})

t.test('the model powers on asleep, with the usual time and no result', async (t) => {
  const bench = new SensorBench(bh1750, model)
  bench.world.ambient.hold('illuminance', 1000)
  t.equal(await result(bench), '0000')
  await command(bench, '20')
  await bench.clock.advance(119)
  t.equal(await result(bench), '0000')
  await bench.clock.advance(1)
  t.equal(await result(bench), '04b0')
  await command(bench, '07')
  t.equal(await result(bench), '04b0', 'powered down again: reset is not taken')
  await command(bench, '01', '07')
  t.equal(await result(bench), '0000')
})

t.test('the model measures on and on in continuous mode', async (t) => {
  const bench = new SensorBench(bh1750, model)
  bench.world.ambient.hold('illuminance', 100)
  await command(bench, '11')
  await bench.clock.advance(130)
  t.equal(await result(bench), '00f0')
  bench.world.ambient.hold('illuminance', 200)
  await bench.clock.advance(120)
  t.equal(await result(bench), '01e0')
  await command(bench, '00')
  bench.world.ambient.hold('illuminance', 300)
  await bench.clock.advance(500)
  t.equal(await result(bench), '01e0')
})

t.test('a sample is what surrounds the chip now', async (t) => {
  const bench = new SensorBench(bh1750, model, { address: 0x5c, options: { mtreg: 200 } })
  const sensor = await bench.open()
  for (const ambient of [500, 3, 12_000]) {
    bench.world.ambient.hold('illuminance', ambient)
    const value = Number(await bench.value(sensor, 'illuminance'))
    t.ok(Math.abs(value - ambient) < 0.3, `${value} for ${ambient}`)
  }
})

t.test('the time scales the wait and the range', async (t) => {
  for (const [mtreg, wait] of [
    [31, 80.9],
    [69, 180],
    [254, 662.6]
  ] as const) {
    const bench = new SensorBench(bh1750, model, { options: { mtreg } })
    bench.world.ambient.hold('illuminance', 50)
    const sensor = await bench.open()
    const before = bench.clock.monotonic()
    await bench.sample(sensor)
    t.ok(Math.abs(bench.clock.monotonic() - before - wait) < 0.1)
  }
  if (typeof bh1750.measures !== 'function') throw new Error('the range depends on the options')
  t.match(bh1750.measures({ mtreg: 69, resolution: 'high' }), [{ range: [0, 54612.5] }])
  t.match(bh1750.measures({ mtreg: 138, resolution: 'high2' }), [{ range: [0, 13653.125] }])
})

t.test('a full result is no value', async (t) => {
  const bench = new SensorBench(bh1750, model)
  bench.world.ambient.hold('illuminance', 60_000)
  const sensor = await bench.open()
  t.match(await bench.refusal(bench.sample(sensor)), {
    code: 'out-of-range',
    message: 'bh1750 at 0x23 on i2c-1 has too much light',
    hint: 'smaller mtreg'
  })
})

t.test('darkness is measured twice, lost power is not taken for it', async (t) => {
  const bench = new SensorBench(bh1750, model)
  bench.world.ambient.hold('illuminance', 0)
  const sensor = await bench.open()
  t.equal(await bench.value(sensor, 'illuminance'), 0)
  bench.world.ambient.hold('illuminance', 500)
  const sampling = sensor.sample(new AbortController().signal)
  await bench.clock.advance(60)
  bench.world.faults.brownOut('i2c-1', bench.address)
  t.match(await bench.clock.run(sampling), [{ quantity: 'illuminance', value: 500 }])
})

t.test('something else at the address is reported', async (t) => {
  const bench = new SensorBench(bh1750, () => ({ write() {}, read: () => Uint8Array.of(0x12, 0x34) }))
  t.match(await bench.refusal(bench.open()), {
    code: 'garbage',
    message: 'bh1750 at 0x23 on i2c-1 reads 1234 after its result was cleared'
  })
})

// Nothing can be read but the result, and zero is what it is in the dark: a line that is held low, and a
// measurement that never ends, look the same.
faultMatrix(t, bh1750, model, { unnoticeable: ['stuck-low', 'never-ready'] })
