import t from 'tap'
import { measureDrivers } from '../../../bench/node/drivers.ts'
import { celsius, relativeHumidity } from '../../../devices/si7021/convert.ts'
import { htu21d, si7021 } from '../../../devices/si7021/index.ts'
import * as models from '../../../devices/si7021/model.ts'
import { humidities, temperatures } from '../../../devices/si7021/vectors.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { checked, faultMatrix } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'
import { near } from '../../support/near.ts'
import { followsClimate } from '../../support/scenario/climate.ts'

const word = (hex: string): number => Number.parseInt(hex.slice(0, 4), 16)

t.test('words convert as the datasheets say', async (t) => {
  for (const { bytes, celsius: expected, source } of temperatures) {
    near(t, celsius(word(bytes)), expected, 0.0002, source)
  }
  for (const { bytes, percent, source } of humidities) {
    near(t, relativeHumidity(word(bytes)), percent, 0.0002, source)
  }
})

t.test('the status bits are no part of the value', async (t) => {
  for (const status of [1, 2, 3]) {
    t.equal(celsius(0x6838 | status), celsius(0x6838))
    t.equal(relativeHumidity(0x4e84 | status), relativeHumidity(0x4e84))
  }
  t.not(celsius(0x683c), celsius(0x6838))
})

t.test('the model gives the words of the datasheets', async (t) => {
  const bench = new SensorBench(si7021, models.si7021)
  for (const { bytes, celsius: ambient, source } of temperatures) {
    bench.world.ambient.hold('temperature', ambient)
    const found = await chipBytes(bench, 'f3', 3, 7)
    t.equal(word(found) & 0xfffc, word(bytes) & 0xfffc, source)
    if (word(found) === word(bytes)) t.equal(found, bytes, source)
  }
  // Cropped values do not tell which word they were.
  for (const { bytes, percent, source } of humidities.filter(({ percent }) => percent > 0 && percent < 100)) {
    bench.world.ambient.hold('humidity', percent)
    const found = await chipBytes(bench, 'f5', 3, 17)
    t.equal(word(found) & 0xfffc, word(bytes) & 0xfffc, source)
    if (word(found) === word(bytes)) t.equal(found, bytes, source)
  }
})

t.test('the models power on as the datasheets say', async (t) => {
  const si = new SensorBench(si7021, models.si7021)
  t.equal(await chipBytes(si, 'e7', 1), '3a')
  t.match(await chipBytes(si, 'fcc9', 6), /^15ff..ffff..$/)
  const htu = new SensorBench(htu21d, models.htu21d)
  t.equal(await chipBytes(htu, 'e7', 1), '02')
  await t.rejects(chipBytes(htu, 'f3', 3, 43), { code: 'no-acknowledge-address' }, 'while it measures')
  await htu.clock.advance(1)
  await t.rejects(chipBytes(htu, 'e6', 1), { code: 'no-acknowledge-data' }, 'an unknown command')
})

for (const [definition, model] of [
  [si7021, models.si7021],
  [htu21d, models.htu21d]
] as const) {
  t.test(`${definition.type}: a sample is what surrounds the chip now`, async (t) => {
    const bench = new SensorBench(definition, model)
    await followsClimate(t, bench, { temperature: 0.006, humidity: 0.004 })
  })
}

t.test('each is read when it has measured, and not asked before', async (t) => {
  const rows = await measureDrivers([si7021, htu21d], { lead: 0, count: 1 })
  for (const { name, figures } of rows.slice(1)) t.equal(figures[2], 4, `${name}: two commands, two answers`)
})

t.test('the two are distinguished', async (t) => {
  for (const [definition, model, name] of [
    [si7021, models.htu21d, 'htu21d'],
    [htu21d, models.si7021, 'si7021']
  ] as const) {
    const bench = new SensorBench(definition, model)
    t.match(await bench.refusal(bench.open()), {
      code: 'wrong-chip',
      message: `${definition.type} at 0x40 on i2c-1 is a ${name}`,
      hint: `type: ${name}`
    })
  }
})

t.test('other parts of the family are reported by name', async (t) => {
  const withPart =
    (serial: string): ChipModelFactory =>
    () => ({ write() {}, read: (count) => (count === 1 ? Uint8Array.of(0x3a) : Buffer.from(serial, 'hex')) })
  const si7020 = new SensorBench(si7021, withPart('14ff41'))
  t.match(await si7020.refusal(si7020.open()), { code: 'wrong-chip', message: 'is a si7020' })
  const strange = new SensorBench(si7021, withPart('42fffc'))
  t.match(await strange.refusal(strange.open()), { code: 'garbage', message: 'has the identity 42' })
  const ina219 = new SensorBench(si7021, () => ({ write() {}, read: (count) => new Uint8Array(count) }))
  t.match(await ina219.refusal(ina219.open()), { code: 'stuck', message: ina219.label })
})

t.test('si7021', async (t) => faultMatrix(t, si7021, models.si7021, { codes: checked }))
t.test('htu21d', async (t) => faultMatrix(t, htu21d, models.htu21d, { codes: checked }))
