import { type Clock, systemClock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { formatAddress } from '../i2c.ts'
import type { TimeBelief } from '../time-source.ts'
import type { World } from '../world.ts'
import { Ambient } from './ambient.ts'
import { SimulatedBuses } from './buses.ts'
import type { ChipModelFactory } from './chip-model.ts'
import { Faults } from './faults.ts'
import type { FileModelFactory } from './file-model.ts'
import { SimulatedPins } from './pins.ts'
import { type Seed, SeededRandom } from './random.ts'
import { SimulatedSysfs } from './sysfs.ts'
import { SimulatedTimeSource } from './time-source.ts'

export interface SimulatedWorldOptions {
  /** The same seed gives the same world; 'kith' unless given. */
  readonly seed?: Seed
  /** The machine's clock unless given. */
  readonly clock?: Clock
  /** 0 unless given; see TimeBelief. */
  readonly timeQuality?: TimeBelief['quality']
  readonly chips?: readonly SimulatedChip[]
  /** How the chips are made, by type (devices/models.ts). */
  readonly models?: Readonly<Record<string, ChipModelFactory>>
  /** What the kernel shows as files, by type (devices/models.ts). */
  readonly fileModels?: Readonly<Record<string, FileModelFactory>>
}

/** A chip on a simulated bus. */
export interface SimulatedChip {
  readonly bus: string
  readonly type: string
  readonly address: number
}

/** A machine that is not there, whose surroundings, wiring and faults can be changed while it runs. */
export interface SimulatedWorld extends World {
  readonly ambient: Ambient
  readonly faults: Faults
  readonly files: SimulatedSysfs
  readonly lines: SimulatedPins
  readonly time: SimulatedTimeSource
  /** Puts a chip on a bus. @throws BusError where the address is taken */
  attach(bus: string, address: number, model: ChipModelFactory): void
}

/** @throws NodeError 'no-model' where a chip's type is not among the models */
export function simulatedWorld(options: SimulatedWorldOptions = {}): SimulatedWorld {
  const {
    seed = 'kith',
    clock = systemClock,
    timeQuality = 0,
    chips = [],
    models = {},
    fileModels = {}
  } = options
  const random = new SeededRandom(`${seed} random`)
  const ambient = new Ambient(clock, seed)
  const faults = new Faults()
  const environment = { clock, ambient, random: new SeededRandom(`${seed} models`) }
  const buses = new SimulatedBuses(environment, faults)
  const files = new SimulatedSysfs()
  const lines = new SimulatedPins(clock)
  for (const { bus, address, type } of chips) buses.attach(bus, address, modelOf(models, type, bus, address))
  for (const factory of Object.values(fileModels)) {
    for (const [path, content] of Object.entries(factory(environment))) files.set(path, content)
  }
  return {
    kind: 'simulated',
    clock,
    time: new SimulatedTimeSource(timeQuality),
    buses,
    pins: lines,
    sysfs: files,
    ambient,
    faults,
    files,
    lines,
    random: (bytes) => random.bytes(bytes),
    attach: (bus, address, model) => buses.attach(bus, address, model),
    close: async () => {
      await Promise.all([buses.close(), lines.close()])
    }
  }
}

function modelOf(
  models: Readonly<Record<string, ChipModelFactory>>,
  type: string,
  bus: string,
  address: number
): ChipModelFactory {
  if (Object.hasOwn(models, type) && models[type] !== undefined) return models[type]
  throw new NodeError('no-model', `${type} at ${formatAddress(address)} on ${bus} cannot be simulated`, {
    hint: `these can: ${Object.keys(models).join(', ')}`
  })
}
