import type { Test } from 'tap'
import type { DeviceState } from '../../../src/hal/device-state.ts'
import { volatileState } from '../../../src/hal/device-state.ts'
import type { Level } from '../../../src/hal/gpio.ts'
import type {
  GpioSensorDefinition,
  Measurement,
  MissingMeasurement,
  Options,
  Sensor
} from '../../../src/hal/sensor.ts'
import type { LineFault } from '../../../src/hal/simulated/pins.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { type SimulatedWorld, simulatedWorld } from '../../../src/hal/simulated/world.ts'
import { defaultOptions } from './sensor-bench.ts'

export const LINE = 'GPIO17'

/** One sensor on a simulated line in virtual time. */
export class GpioBench {
  readonly clock = new VirtualClock()
  readonly world: SimulatedWorld
  /** Outlives a sensor that is opened again, as in a node. */
  state: DeviceState = volatileState()
  readonly changes: { readonly changed: readonly Measurement[]; readonly at: number }[] = []
  readonly #definition: GpioSensorDefinition
  readonly #options: Options

  constructor(definition: GpioSensorDefinition, options: Options = {}) {
    this.#definition = definition
    this.#options = { ...defaultOptions(definition), ...options }
    this.world = simulatedWorld({ seed: definition.type, clock: this.clock })
  }

  drive(...levels: readonly Level[]): void {
    for (const level of levels) this.world.lines.drive(LINE, level)
  }

  async open(signal = new AbortController().signal): Promise<Sensor> {
    const context = { clock: this.clock, name: 'bench', signal, state: this.state }
    const sensor = await this.clock.run(this.#definition.open(this.world.pins, LINE, this.#options, context))
    sensor.onChange?.((changed, at) => this.changes.push({ changed, at }))
    return sensor
  }

  async sample(
    sensor: Sensor,
    signal = new AbortController().signal
  ): Promise<readonly (Measurement | MissingMeasurement)[]> {
    return await this.clock.run(sensor.sample(signal))
  }

  /** The value of one quantity in a sample. */
  async value(sensor: Sensor, quantity: string): Promise<number | boolean | undefined> {
    const found = (await this.sample(sensor)).find((each) => each.quantity === quantity)
    return found !== undefined && 'value' in found ? found.value : undefined
  }
}

const CODES: Readonly<Record<LineFault, string>> = {
  missing: 'no-such-line',
  busy: 'busy',
  'not-permitted': 'not-permitted',
  gone: 'no-such-line'
}

/**
 * Every fault of a line, before open and between samples: always a coded error that names the line, never a
 * value, and a value again as soon as the sensor is opened after its cause is gone.
 */
export function lineFaults(test: Test, definition: GpioSensorDefinition, options: Options = {}): void {
  for (const [fault, code] of Object.entries(CODES) as [LineFault, string][]) {
    test.test(`fault ${fault}`, async (t) => {
      const bench = new GpioBench(definition, options)
      bench.world.lines.fail(LINE, fault)
      await t.rejects(bench.open(), { code, message: /GPIO17/ })
      bench.world.lines.fail(LINE, undefined)
      const sensor = await bench.open()
      const before = await bench.sample(sensor)
      bench.world.lines.fail(LINE, fault)
      for (let round = 0; round < 3; round++)
        await t.rejects(bench.sample(sensor), { code, message: /GPIO17/ })
      await sensor.close()
      bench.world.lines.fail(LINE, undefined)
      const again = await bench.open()
      t.same(await bench.sample(again), before)
      await again.close()
      t.equal(bench.clock.pending, 0, 'no timer is left')
    })
  }
  test.test('a line of another sensor', async (t) => {
    const bench = new GpioBench(definition, options)
    const taken = await bench.world.pins.input(LINE)
    await t.rejects(bench.open(), { code: 'busy', message: 'line GPIO17 is in use by kith' })
    await taken.close()
    await (await bench.open()).close()
    await (await bench.open()).close()
  })
  test.test('an aborted sample', async (t) => {
    const bench = new GpioBench(definition, options)
    const sensor = await bench.open()
    await t.rejects(bench.sample(sensor, AbortSignal.abort(new Error('enough'))), { message: 'enough' })
    t.ok(await bench.sample(sensor))
  })
}
