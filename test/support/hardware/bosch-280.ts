import type { Test } from 'tap'
import type { I2cSensorDefinition } from '../../../src/hal/sensor.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import { faultMatrix } from './fault-matrix.ts'
import { SensorBench } from './sensor-bench.ts'

const withIdentity =
  (identity: number): ChipModelFactory =>
  () => ({ write() {}, read: (count) => new Uint8Array(count).fill(identity) })

/** What a BMP280 and a BME280 owe alike. @param lookAlikes names of other chips by their identity */
export function bosch280Matrix(
  test: Test,
  definition: I2cSensorDefinition,
  model: ChipModelFactory,
  lookAlikes: readonly (readonly [identity: number, name: string])[]
): void {
  test.test('normal mode measures once a second', async (t) => {
    const bench = new SensorBench(definition, model, { options: { mode: 'normal' } })
    bench.world.ambient.hold('temperature', 20)
    const sensor = await bench.open()
    await bench.sample(sensor)
    bench.world.ambient.hold('temperature', 30)
    t.ok(Math.abs(Number(await bench.value(sensor, 'temperature')) - 20) < 0.1)
    await bench.clock.advance(1010)
    t.ok(Math.abs(Number(await bench.value(sensor, 'temperature')) - 30) < 0.1)
  })

  test.test('a relative is reported by its name', async (t) => {
    for (const [identity, name] of lookAlikes) {
      const bench = new SensorBench(definition, withIdentity(identity))
      t.match(await bench.refusal(bench.open()), {
        code: 'wrong-chip',
        message: `${bench.label} is a ${name}: it has the identity ${identity.toString(16)}`,
        hint: `type: ${name}`
      })
    }
    const strange = new SensorBench(definition, withIdentity(0x42))
    t.match(await strange.refusal(strange.open()), { code: 'garbage', message: 'has the identity 42' })
  })

  test.test('an empty memory is no calibration', async (t) => {
    for (const empty of [0x00, 0xff]) {
      const bench = new SensorBench(definition, (environment) => {
        const chip = model(environment)
        return {
          write: (sent) => chip.write(sent),
          read: (count) => (count > 20 ? new Uint8Array(count).fill(empty) : chip.read(count))
        }
      })
      t.match(await bench.refusal(bench.open()), { code: 'not-calibrated', message: bench.label })
    }
  })

  test.test('power lost in the middle of a measurement is no value', async (t) => {
    const bench = new SensorBench(definition, model, { options: { oversampling: 16 } })
    const sensor = await bench.open()
    const sampling = bench.refusal(sensor.sample(new AbortController().signal))
    await bench.clock.advance(20)
    bench.world.faults.brownOut('i2c-1', bench.address)
    t.match(await bench.clock.run(sampling), { code: 'not-ready', message: `${bench.label} lost its power` })
    t.ok(await bench.sample(sensor))
  })

  // The identity is one byte, which may be that of a relative.
  const codes = { garbage: ['garbage', 'stuck', 'wrong-chip'] } as const
  test.test('forced mode', async (t) => faultMatrix(t, definition, model, { codes }))
  test.test('normal mode', async (t) => {
    // No register shows whether the data are new: `measuring` is clear between two measurements, too.
    faultMatrix(t, definition, model, { codes, options: { mode: 'normal' }, unnoticeable: ['never-ready'] })
  })
}
