import t from 'tap'
import { celsius } from '../../../devices/lm75/convert.ts'
import { lm75, lm75a, lm75b, tmp75, tmp105, tmp1075 } from '../../../devices/lm75/index.ts'
import * as models from '../../../devices/lm75/model.ts'
import { temperatures } from '../../../devices/lm75/vectors.ts'
import { chipBytes } from '../../support/hardware/chip-bytes.ts'
import { faultMatrix, oneByte } from '../../support/hardware/fault-matrix.ts'
import { SensorBench } from '../../support/hardware/sensor-bench.ts'

const types = [
  { definition: lm75, model: models.lm75, bits: 9, conversion: 100, running: '18' },
  { definition: lm75a, model: models.lm75a, bits: 9, conversion: 100, running: '18' },
  { definition: lm75b, model: models.lm75b, bits: 11, conversion: 100, running: '18' },
  { definition: tmp75, model: models.tmp75, bits: 12, conversion: 27.5, running: '61' },
  { definition: tmp105, model: models.tmp105, bits: 12, conversion: 27.5, running: '61' },
  { definition: tmp1075, model: models.tmp1075, bits: 12, conversion: 5.5, running: '61' }
]

t.test('the register converts as the datasheets say', async (t) => {
  for (const { bytes, bits, celsius: expected, source } of temperatures) {
    const word = Number.parseInt(bytes, 16)
    t.equal(celsius(word, bits), expected, `${bytes} (${source})`)
    t.equal(celsius(word | ((1 << (16 - bits)) - 1), bits), expected, 'the lower bits are undefined')
  }
})

for (const { definition, model, bits, conversion, running } of types) {
  t.test(definition.type, async (t) => {
    t.test('the model gives the bytes of the datasheet', async (t) => {
      const bench = new SensorBench(definition, model)
      const sensor = await bench.open()
      for (const { bytes, celsius: ambient, source } of temperatures.filter((each) => each.bits === bits)) {
        bench.world.ambient.hold('temperature', ambient)
        await bench.sample(sensor)
        t.equal(await chipBytes(bench, '00', 2), bytes, source)
      }
    })

    t.test('the model powers on as the datasheet says', async (t) => {
      const bench = new SensorBench(definition, model)
      bench.world.ambient.hold('temperature', 25)
      t.equal(await chipBytes(bench, '01', 1), '00')
      t.same([await chipBytes(bench, '02', 2), await chipBytes(bench, '03', 2)], ['4b00', '5000'])
      t.equal(await chipBytes(bench, '00', 2, conversion - 0.5), '0000', 'zero before the first conversion')
      t.equal(await chipBytes(bench, '00', 2, 0.5), '1900')
    })

    t.test('a sample is what surrounds the chip now, and then it sleeps', async (t) => {
      const bench = new SensorBench(definition, model, { address: 0x4f })
      const sensor = await bench.open()
      for (const ambient of [21.5, -55, 0.5, -0.5, 125]) {
        bench.world.ambient.hold('temperature', ambient)
        t.same(await bench.sample(sensor), [{ quantity: 'temperature', value: ambient }])
        await bench.clock.advance(1000)
        t.equal(Number.parseInt(await chipBytes(bench, '01', 1), 16) & 1, 1)
        bench.world.ambient.hold('temperature', 60)
        await bench.clock.advance(1000)
        t.equal(celsius(Number.parseInt(await chipBytes(bench, '00', 2), 16), bits), ambient, 'it sleeps')
      }
    })

    t.test('power lost in the middle of a conversion is no value', async (t) => {
      const bench = new SensorBench(definition, model)
      const sensor = await bench.open()
      const sampling = bench.refusal(sensor.sample(new AbortController().signal))
      await bench.clock.advance(4)
      bench.world.faults.brownOut('i2c-1', bench.address)
      const message = `${bench.label} reads back 00 where ${running} was written`
      t.match(await bench.clock.run(sampling), { code: 'stuck', message })
      t.equal((await bench.sample(sensor)).length, 1)
    })

    // The configuration is one byte. No register shows that a conversion has ended, and the last value stays.
    faultMatrix(t, definition, model, { codes: oneByte, unnoticeable: ['never-ready'] })
  })
}

t.test('a chip that is distinguished is not taken for another', async (t) => {
  for (const [definition, model, message] of [
    [lm75a, models.lm75, 'has the identity ff where a chip of that type has a1'],
    [tmp1075, models.tmp75, 'has the identity ffff where a chip of that type has 7500'],
    [tmp75, models.lm75, 'reads back 01 where 61 was written'],
    [tmp105, models.lm75b, 'reads back 01 where 61 was written']
  ] as const) {
    const bench = new SensorBench(definition, model)
    t.match(await bench.refusal(bench.open()), { message: `${bench.label} ${message}`, hint: 'type' })
  }
})
