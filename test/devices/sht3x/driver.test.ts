import t from 'tap'
import { celsius, relativeHumidity } from '../../../devices/sht3x/convert.ts'
import { sht3x } from '../../../devices/sht3x/index.ts'
import { model } from '../../../devices/sht3x/model.ts'
import { measurements } from '../../../devices/sht3x/vectors.ts'
import { NotAcknowledged } from '../../../src/hal/simulated/model.ts'
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
  for (const { bytes, temperature, humidity, source } of measurements) {
    const bench = new SensorBench(sht3x, model)
    bench.world.ambient.hold('temperature', temperature)
    bench.world.ambient.hold('humidity', humidity)
    t.equal(await chipBytes(bench, '2400', 6, 12.5), bytes, source)
  }
})

t.test('the model acknowledges nothing while it measures, nor without a measurement', async (t) => {
  const bench = new SensorBench(sht3x, model)
  await t.rejects(chipBytes(bench, '2400', 6, 12), { code: 'no-acknowledge-address' })
  await t.rejects(chipBytes(bench, '2400', 6), { code: 'no-acknowledge-address' })
  await bench.clock.advance(1)
  t.equal((await chipBytes(bench, '2416', 6, 2.5)).length, 12)
  t.equal(await chipBytes(bench, 'f32d', 3), '8010e1')
  await t.rejects(chipBytes(bench, 'fd', 6, 20), { code: 'no-acknowledge-address' }, 'half a command')
  await t.rejects(chipBytes(bench, '1234', 6), { code: 'no-acknowledge-data' }, 'an unknown command')
})

for (const repeatability of ['high', 'medium', 'low']) {
  t.test(`${repeatability} repeatability: a sample is what surrounds the chip now`, async (t) => {
    const bench = new SensorBench(sht3x, model, { address: 0x45, options: { repeatability } })
    await followsClimate(t, bench, { temperature: 0.002, humidity: 0.001 })
  })
}

t.test('a chip that was left measuring by itself, or heating, is stopped first', async (t) => {
  const commands: string[] = []
  const bench = new SensorBench(sht3x, (environment) => {
    const chip = model(environment)
    return {
      write(bytes) {
        commands.push(Buffer.from(bytes).toString('hex'))
        chip.write(bytes)
      },
      read: (count) => chip.read(count)
    }
  })
  await bench.sample(await bench.open())
  t.same(commands, ['3093', '30a2', '3780', '2400'])
})

t.test('an idle chip may refuse to break off', async (t) => {
  const bench = new SensorBench(sht3x, (environment) => {
    const chip = model(environment)
    return {
      write(bytes) {
        if (bytes[0] === 0x30 && bytes[1] === 0x93) throw new NotAcknowledged('data')
        chip.write(bytes)
      },
      read: (count) => chip.read(count)
    }
  })
  t.equal((await bench.sample(await bench.open())).length, 2)
})

t.test('another chip is not taken for a sht3x, nor made to heat', async (t) => {
  const commands: string[] = []
  const bench = new SensorBench(sht3x, () => ({
    write: (bytes) => void commands.push(Buffer.from(bytes).toString('hex')),
    read: (count) => new Uint8Array(count).fill(0x12)
  }))
  t.match(await bench.refusal(bench.open()), { code: 'bad-crc', message: bench.label })
  t.notOk(commands.some((command) => command.startsWith('24')))
})

faultMatrix(t, sht3x, model, { codes: checked })
