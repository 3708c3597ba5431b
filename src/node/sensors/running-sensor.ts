import type { NodeConfig } from '../../config/schema.ts'
import { NodeError } from '../../error.ts'
import { i2cDevice } from '../../hal/bus/i2c-device.ts'
import type { DeviceState } from '../../hal/device-state.ts'
import type { Measure, OpenContext, Sensor, SensorDefinition } from '../../hal/sensor.ts'
import type { World } from '../../hal/world.ts'
import type { Log } from '../../log.ts'
import type { Quantities } from '../../reading/quantity.ts'
import type { Sample } from '../../reading/reading.ts'
import { createFilter } from '../../reading/sampling/filter/chain.ts'
import { Sampler } from '../../reading/sampling/sampler.ts'
import { placeOf } from './place.ts'

export type SensorConfig = NodeConfig['sensors'][number]

/** One configured sensor, ready to be sampled. */
export interface RunningSensor {
  readonly config: SensorConfig
  readonly definition: SensorDefinition
  readonly measures: readonly Measure[]
  /** Where it is, for people: `0x76 on i2c-1`. */
  readonly place: string
  readonly sampler: Sampler
}

export interface SensorsInit {
  readonly configs: readonly SensorConfig[]
  readonly devices: readonly SensorDefinition[]
  readonly world: World
  readonly limits: NodeConfig['limits']['sampling']
  readonly log: Log
  readonly quantities: Quantities
  /** The numbers that a sensor keeps over restarts. */
  readonly stateOf: (config: SensorConfig, measures: readonly Measure[]) => DeviceState
  readonly emit: (sample: Sample) => void
}

/** Builds the sampler of a sensor with its filters. Nothing is opened yet. */
export function createSensor(config: SensorConfig, init: SensorsInit): RunningSensor {
  const definition = init.devices.find((device) => device.type === config.type)
  if (definition === undefined) {
    throw new NodeError('unknown-device', `sensor ${config.name}: no device is called ${config.type}`, {
      hint: {
        command: 'kith devices --types lists all',
        program: 'give the driver to createNode in devices'
      }
    })
  }
  const { world, limits, log } = init
  const measures = measuresOf(definition, config)
  const filter = createFilter(config.filters, measures[0]?.quantity ?? '')
  const sampler = new Sampler({
    name: config.name,
    interval: config.interval,
    phase: jitter(world, config.interval),
    ...limits,
    measures,
    together: isTogether(definition),
    quantities: init.quantities,
    clock: world.clock,
    log,
    open: (signal) =>
      openSensor(definition, config, world, {
        clock: world.clock,
        name: config.name,
        signal,
        state: init.stateOf(config, measures)
      }),
    emit: (sample) => {
      const passed = filter.next(sample)
      if (passed !== undefined) init.emit(passed)
    }
  })
  return { config, definition, measures, place: placeOf(config, definition) ?? config.type, sampler }
}

/** What a sensor measures, as its options have it. */
export function measuresOf({ measures }: SensorDefinition, { options }: SensorConfig): readonly Measure[] {
  return typeof measures === 'function' ? measures(options) : measures
}

/** What SensorDefinition.together means where it is not given. */
export function isTogether({ together, bus }: SensorDefinition): boolean {
  return together ?? bus === 'i2c'
}

/** Spreads the sensors of one interval, so that they do not all ask for the bus at once. */
function jitter(world: World, interval: number): number {
  const [a = 0, b = 0] = world.random(2)
  return ((a * 256 + b) / 65_536) * Math.min(interval, LONGEST_PHASE)
}

/** Milliseconds: the first reading comes soon after the start, whatever the interval. */
const LONGEST_PHASE = 1000

/** Opens a configured sensor, wherever it is. @throws BusError, SensorError */
export async function openSensor(
  definition: SensorDefinition,
  config: SensorConfig,
  world: World,
  context: OpenContext
): Promise<Sensor> {
  switch (definition.bus) {
    case 'i2c': {
      const bus = await world.buses.open(config.bus ?? '')
      return await definition.open(
        i2cDevice(bus, config.address ?? 0, definition.type),
        config.options,
        context
      )
    }
    case 'gpio':
      return await definition.open(world.pins, config.line ?? '', config.options, context)
    case 'sysfs':
      return await definition.open(world.sysfs, config.options, context)
    case 'none':
      return await definition.open(config.options, context)
  }
}
