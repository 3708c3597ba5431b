import { isNodeError } from '../../error.ts'
import { i2cDevice } from '../bus/i2c-device.ts'
import { volatileState } from '../device-state.ts'
import type { I2cSensorDefinition, Measurement, Options, Sensor, SensorDefinition } from '../sensor.ts'
import type { ChipModelFactory } from './model.ts'
import { VirtualClock } from './virtual-clock.ts'
import { type SimulatedWorld, simulatedWorld } from './world.ts'

export interface SensorBenchOptions {
  /** Over the definition's defaults. */
  readonly options?: Options
  readonly address?: number
}

/** One simulated chip on `i2c-1` in virtual time, with its driver. */
export class SensorBench {
  readonly clock = new VirtualClock()
  readonly world: SimulatedWorld
  readonly address: number
  /** The chip's name in messages. */
  readonly label: string
  readonly #definition: I2cSensorDefinition
  readonly #options: Options

  constructor(definition: I2cSensorDefinition, model: ChipModelFactory, given: SensorBenchOptions = {}) {
    const { address = definition.addresses[0] ?? 0, options = {} } = given
    this.address = address
    this.#definition = definition
    this.#options = { ...defaultOptions(definition), ...options }
    this.world = simulatedWorld({ seed: definition.type, clock: this.clock })
    this.world.attach('i2c-1', address, model)
    this.label = `${definition.type} at 0x${address.toString(16)} on i2c-1`
  }

  async open(): Promise<Sensor> {
    const bus = await this.world.buses.open('i2c-1')
    const device = i2cDevice(bus, this.address, this.#definition.type)
    const context = {
      clock: this.clock,
      name: 'bench',
      signal: new AbortController().signal,
      state: volatileState()
    }
    return await this.clock.run(this.#definition.open(device, this.#options, context))
  }

  async sample(
    sensor: Sensor,
    signal: AbortSignal = new AbortController().signal
  ): Promise<readonly Measurement[]> {
    const measured = await this.clock.run(sensor.sample(signal))
    return measured.map((each) => {
      if ('fault' in each) throw each.fault
      return each
    })
  }

  /** The value of one quantity in a sample. */
  async value(sensor: Sensor, quantity: string, channel?: string): Promise<number | boolean | undefined> {
    const measured = await this.sample(sensor)
    return measured.find((each) => each.quantity === quantity && each.channel === channel)?.value
  }

  /** The message of the BusError or SensorError that `work` must end with. */
  async refusal(work: Promise<unknown>): Promise<{ code: string; message: string }> {
    try {
      await work
    } catch (error) {
      if (isNodeError(error)) return error
      throw error
    }
    throw new Error('no error was thrown')
  }
}

/** The defaults that the configuration fills in. */
export function defaultOptions({ options }: SensorDefinition): Options {
  const filled: Record<string, string | number | boolean> = {}
  for (const [name, option] of Object.entries(options)) {
    if (option.default !== undefined) filled[name] = option.default
  }
  return filled
}
