import type { NodeConfig } from '../../config/schema.ts'
import { NodeError } from '../../error.ts'
import { i2cDevice } from '../../hal/bus/i2c-device.ts'
import type { ClockDefinition } from '../../hal/clock-chip.ts'
import type { ClockStatus, TimeSource } from '../../hal/time-source.ts'
import type { World } from '../../hal/world.ts'

export interface BatteryClockInit {
  readonly config: NodeConfig['time']['rtc']
  readonly clocks: readonly ClockDefinition[]
  readonly world: Pick<World, 'buses' | 'clock'>
  /** Aborted when the node stops. */
  readonly signal: AbortSignal
}

/**
 * The configured clock chip, opened when its time is first asked for. Where it was absent, the next check of the
 * timekeeper opens it.
 * @returns an empty list where none is configured
 * @throws NodeError 'unknown-device'
 */
export function batteryClock(init: BatteryClockInit): TimeSource[] {
  const { type } = init.config
  if (type === 'none') return []
  const definition = init.clocks.find((clock) => clock.type === type)
  if (definition === undefined)
    throw new NodeError('unknown-device', `time.rtc: no clock chip is called ${type}`)
  return [new BatteryClock(definition, init)]
}

class BatteryClock implements TimeSource {
  readonly #definition: ClockDefinition
  readonly #init: BatteryClockInit
  #source: TimeSource | undefined
  #asking: Promise<ClockStatus> | undefined

  constructor(definition: ClockDefinition, init: BatteryClockInit) {
    this.#definition = definition
    this.#init = init
  }

  /** Calls during a read that waits for the bus share it. @throws BusError, SensorError */
  status(): Promise<ClockStatus> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<ClockStatus> {
    this.#source ??= await this.#open()
    return await this.#source.status()
  }

  async #open(): Promise<TimeSource> {
    const { config, world, signal } = this.#init
    const device = i2cDevice(await world.buses.open(config.bus), config.address, config.type)
    return await this.#definition.open(device, { clock: world.clock, signal })
  }
}
