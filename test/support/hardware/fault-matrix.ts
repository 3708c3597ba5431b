import type { Test } from 'tap'
import type { I2cSensorDefinition } from '../../../src/hal/sensor.ts'
import type { ChipFault } from '../../../src/hal/simulated/faults.ts'
import type { ChipModelFactory } from '../../../src/hal/simulated/model.ts'
import { SensorBench, type SensorBenchOptions } from './sensor-bench.ts'

/** The codes of the errors that a fault ends in: the first is of most rounds, others are of some. */
export type Codes = Readonly<Record<ChipFault, readonly [usual: string, ...others: string[]]>>

/** Those of a chip whose registers have no checksum. */
const CODES: Codes = {
  'no-acknowledge-address': ['no-acknowledge-address'],
  'no-acknowledge-data': ['no-acknowledge-data'],
  'bad-crc': ['garbage'],
  'stuck-high': ['stuck'],
  'stuck-low': ['stuck'],
  garbage: ['garbage'],
  'never-ready': ['not-ready'],
  unplugged: ['no-acknowledge-address']
}

/** Those of a chip that acknowledges nothing while it works on an answer, and whose words have a checksum. */
export const checked: Partial<Codes> = {
  'bad-crc': ['bad-crc'],
  garbage: ['bad-crc'],
  'never-ready': ['no-acknowledge-address']
}

/** A chip that is asked for one byte does not distinguish random ones from a line that is held, where all bits are alike. */
export const oneByte: Partial<Codes> = { garbage: ['garbage', 'stuck'] }

interface MatrixOptions extends SensorBenchOptions {
  /** Where they are not those of a chip without checksums; say why where it is used. */
  readonly codes?: Partial<Codes>
  /** Faults that this chip gives its driver no means to notice; say why where it is used. */
  readonly unnoticeable?: readonly ChipFault[]
}

/**
 * Every fault, before open and between samples: it must end in a coded error that names chip, address and
 * bus, never in a value, and the first sample after its cause is gone is a value again. Those that the driver
 * has no means to notice must indeed go unnoticed.
 */
export function faultMatrix(
  test: Test,
  definition: I2cSensorDefinition,
  model: ChipModelFactory,
  given: MatrixOptions = {}
): void {
  const codes: Codes = { ...CODES, ...given.codes }
  for (const fault of Object.keys(CODES) as ChipFault[])
    test.test(`fault ${fault}`, (t) => {
      const bench = new SensorBench(definition, model, given)
      if (given.unnoticeable?.includes(fault)) return sampledUnawares(t, bench, fault)
      return sampledUnder(t, bench, fault, codes[fault])
    })
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
    t.equal(error.code, 'no-acknowledge-address')
    t.ok(error.message.startsWith(bench.label), error.message)
  })
  test.test('an aborted sample', async (t) => {
    const bench = new SensorBench(definition, model, given)
    const sensor = await bench.open()
    await t.rejects(bench.sample(sensor, AbortSignal.abort(new Error('enough'))), { message: 'enough' })
    t.ok(await bench.sample(sensor))
  })
}

async function sampledUnder(
  t: Test,
  bench: SensorBench,
  fault: ChipFault,
  [usual, ...others]: Codes[ChipFault]
): Promise<void> {
  const sensor = await bench.open()
  const before = await bench.sample(sensor)
  bench.world.faults.set('i2c-1', bench.address, fault)
  const reported = new Set<string>()
  for (let round = 0; round < 20; round++) {
    const { code, message } = await bench.refusal(bench.sample(sensor))
    t.ok([usual, ...others].includes(code), `${code}: ${message}`)
    t.ok(message.startsWith(bench.label), message)
    reported.add(code)
  }
  t.ok(reported.has(usual), `${usual} is usual, reported were ${[...reported].join(', ')}`)
  bench.world.faults.clear('i2c-1', bench.address)
  t.same(shape(await bench.sample(sensor)), shape(before), 'it heals without being opened again')
  await sensor.close()
}

/** A fault that is noticed after all must be held to its code. */
async function sampledUnawares(t: Test, bench: SensorBench, fault: ChipFault): Promise<void> {
  const sensor = await bench.open()
  const before = await bench.sample(sensor)
  bench.world.faults.set('i2c-1', bench.address, fault)
  t.same(shape(await bench.sample(sensor)), shape(before))
  await sensor.close()
}

async function sampledHanging(t: Test, bench: SensorBench): Promise<void> {
  const sensor = await bench.open()
  const before = await bench.sample(sensor)
  bench.world.faults.hang('i2c-1')
  const error = await bench.refusal(bench.sample(sensor))
  t.equal(error.code, 'timeout')
  t.ok(error.message.startsWith(bench.label), error.message)
  bench.world.faults.unhang('i2c-1')
  t.same(shape(await bench.sample(sensor)), shape(before))
}

/** Which quantities were measured. */
function shape(measured: readonly { quantity: string; channel?: string }[]): string[] {
  return measured.map(({ quantity, channel = '' }) => `${quantity} ${channel}`)
}
