import type { Test } from 'tap'
import type { I2cSensorDefinition } from '../../src/hal/sensor.ts'
import type { ChipModelFactory } from '../../src/hal/simulated/chip-model.ts'
import type { ChipFault } from '../../src/hal/simulated/faults.ts'
import { SensorBench, type SensorBenchOptions } from './sensor-bench.ts'

const FAULTS: Readonly<Record<ChipFault, RegExp>> = {
  'no-acknowledge-address': /^no-acknowledge/,
  'no-acknowledge-data': /^no-acknowledge/,
  // A register of one byte that must read 10 reads 00 under it: stuck, for all its driver can tell.
  'bad-crc': /^(bad-crc|garbage|stuck|wrong-chip|not-ready)$/,
  'stuck-high': /^(stuck|bad-crc|garbage|not-ready)$/,
  'stuck-low': /^(stuck|bad-crc|garbage|not-ready)$/,
  // One random byte may be ff.
  garbage: /^(garbage|stuck|bad-crc|wrong-chip|not-ready)$/,
  'never-ready': /^(not-ready|no-acknowledge)/,
  unplugged: /^no-acknowledge/
}

interface MatrixOptions extends SensorBenchOptions {
  /** Faults that this chip gives its driver no means to notice; say why where it is used. */
  readonly unnoticeable?: readonly ChipFault[]
}

/**
 * Every fault, before open and between samples: it must end in a coded error that names chip, address and
 * bus, never in a value, and the first sample after its cause is gone is a value again.
 */
export function faultMatrix(
  test: Test,
  definition: I2cSensorDefinition,
  model: ChipModelFactory,
  given: MatrixOptions = {}
): void {
  const faults = Object.entries(FAULTS) as [ChipFault, RegExp][]
  for (const [fault, codes] of faults.filter(([name]) => given.unnoticeable?.includes(name) !== true)) {
    test.test(`fault ${fault}`, (t) =>
      sampledUnder(t, new SensorBench(definition, model, given), fault, codes)
    )
  }
  test.test('a bus that hangs', (t) => sampledHanging(t, new SensorBench(definition, model, given)))
  test.test('a chip that loses its power between samples', async (t) => {
    const bench = new SensorBench(definition, model, given)
    const sensor = await bench.open()
    const before = await bench.sample(sensor)
    bench.world.faults.brownOut('i2c-1', bench.address)
    t.same(shape(await bench.sample(sensor)), shape(before))
  })
  test.test('an absent chip', async (t) => {
    const bench = new SensorBench(definition, model, given)
    bench.world.faults.set('i2c-1', bench.address, 'unplugged')
    const error = await bench.refusal(bench.open())
    t.match(error, { code: FAULTS.unplugged, message: bench.label })
  })
  test.test('an aborted sample', async (t) => {
    const bench = new SensorBench(definition, model, given)
    const sensor = await bench.open()
    await t.rejects(bench.sample(sensor, AbortSignal.abort(new Error('enough'))), { message: 'enough' })
    t.ok(await bench.sample(sensor))
  })
}

async function sampledUnder(t: Test, bench: SensorBench, fault: ChipFault, codes: RegExp): Promise<void> {
  const sensor = await bench.open()
  const before = await bench.sample(sensor)
  bench.world.faults.set('i2c-1', bench.address, fault)
  for (let round = 0; round < 20; round++) {
    const error = await bench.refusal(bench.sample(sensor))
    t.match(error.code, codes, `${fault}: ${error.message}`)
    t.ok(error.message.startsWith(bench.label), error.message)
  }
  bench.world.faults.clear('i2c-1', bench.address)
  t.same(shape(await bench.sample(sensor)), shape(before), 'it heals without being opened again')
  await sensor.close()
}

async function sampledHanging(t: Test, bench: SensorBench): Promise<void> {
  const sensor = await bench.open()
  const before = await bench.sample(sensor)
  bench.world.faults.hang('i2c-1')
  const error = await bench.refusal(bench.sample(sensor))
  t.match(error, { code: 'timeout', message: bench.label })
  bench.world.faults.unhang('i2c-1')
  t.same(shape(await bench.sample(sensor)), shape(before))
}

/** Which quantities were measured. */
function shape(measured: readonly { quantity: string; channel?: string }[]): string[] {
  return measured.map(({ quantity, channel = '' }) => `${quantity} ${channel}`)
}
