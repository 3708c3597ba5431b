import type { Test } from 'tap'
import { isNodeError, type NodeError } from '../../../src/error.ts'
import { volatileState } from '../../../src/hal/device-state.ts'
import type {
  FileSensorDefinition,
  Measurement,
  MissingMeasurement,
  Options,
  Sensor
} from '../../../src/hal/sensor.ts'
import type { FileModelFactory } from '../../../src/hal/simulated/model.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type SimulatedWorld, simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { defaultOptions } from './sensor-bench.ts'

/** Simulated files of the kernel in virtual time, with the driver that reads them. */
export class FileBench {
  readonly clock = new VirtualClock()
  readonly world: SimulatedWorld
  readonly #definition: FileSensorDefinition
  readonly #options: Options

  constructor(
    definition: FileSensorDefinition,
    fileModels: Readonly<Record<string, FileModelFactory>>,
    options: Options = {}
  ) {
    this.#definition = definition
    this.#options = { ...defaultOptions(definition), ...options }
    this.world = simulatedWorld({ seed: definition.type, clock: this.clock, fileModels })
  }

  async open(): Promise<Sensor> {
    const context = {
      clock: this.clock,
      name: 'bench',
      signal: new AbortController().signal,
      state: volatileState()
    }
    return await this.clock.run(this.#definition.open(this.world.sysfs, this.#options, context))
  }

  async sample(
    sensor: Sensor,
    signal = new AbortController().signal
  ): Promise<readonly (Measurement | MissingMeasurement)[]> {
    return await this.clock.run(sensor.sample(signal))
  }

  /** The one value of a sample. */
  async value(sensor: Sensor): Promise<number | boolean | undefined> {
    const [measured] = await this.sample(sensor)
    return measured !== undefined && 'value' in measured ? measured.value : undefined
  }

  async refusal(work: Promise<unknown>): Promise<NodeError> {
    try {
      await work
    } catch (error) {
      if (isNodeError(error)) return error
      throw error
    }
    throw new Error('no error was thrown')
  }
}

/** The code of the fault that each failure of a file is reported as. */
const CODES = {
  ENOENT: 'absent',
  EAGAIN: 'not-ready',
  EBUSY: 'busy',
  EACCES: 'not-permitted',
  EIO: 'unreadable',
  ENODEV: 'unreadable'
}

/**
 * Every failure of the file that has the value: a coded error that begins with the device's name, never a
 * number, and the first sample after its cause is gone is a value again.
 */
export function fileFaultMatrix(
  test: Test,
  make: () => FileBench,
  path: string,
  label: string,
  /** The code of an empty file, where the kernel reports something by that. */
  empty = 'garbage'
): void {
  const failing = async (t: Test, code: string, begin: (bench: FileBench) => () => void) => {
    const bench = make()
    const sensor = await bench.open()
    t.not(await bench.value(sensor), undefined)
    const end = begin(bench)
    for (let round = 0; round < 3; round++) {
      const error = await bench.refusal(bench.sample(sensor))
      t.equal(error.code, code, error.message)
      t.ok(error.message.startsWith(label), error.message)
      t.ok(error.hint, 'it names a cure')
    }
    end()
    t.not(await bench.value(sensor), undefined, 'it heals without being opened again')
  }
  for (const [errno, code] of Object.entries(CODES))
    test.test(`a file that gives ${errno}`, (t) =>
      failing(t, code, ({ world }) => {
        world.files.fail(path, errno)
        return () => world.files.fail(path, undefined)
      })
    )
  for (const text of ['', '\n', 'nan\n', '12 °C\n', '0x1f\n', '1e5\n', '--3\n'])
    test.test(`a file that says ${JSON.stringify(text)}`, (t) =>
      failing(t, text.trim() === '' ? empty : 'garbage', ({ world }) => {
        world.files.override(path, text)
        return () => world.files.override(path, undefined)
      })
    )
  test.test('EAGAIN is waited out', async (t) => {
    const bench = make()
    const sensor = await bench.open()
    bench.world.files.fail(path, 'EAGAIN')
    bench.clock.after(35, () => bench.world.files.fail(path, undefined))
    t.not(await bench.value(sensor), undefined)
  })
  test.test('an aborted sample', async (t) => {
    const bench = make()
    const sensor = await bench.open()
    await t.rejects(bench.sample(sensor, AbortSignal.abort(new Error('enough'))), { message: 'enough' })
    t.not(await bench.value(sensor), undefined)
  })
}
