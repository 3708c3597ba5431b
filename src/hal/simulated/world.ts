import { type Clock, systemClock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { NodeError } from '../../error.ts'
import { formatAddress } from '../../units.ts'
import type { MuxChannel } from '../bus/muxed-buses.ts'
import type { DatagramSockets } from '../datagram-socket.ts'
import type { ProcessMemory } from '../process-memory.ts'
import type { ClockStatus } from '../time-source.ts'
import type { World } from '../world.ts'
import { Ambient } from './ambient.ts'
import { SimulatedBuses } from './buses.ts'
import { Faults } from './faults.ts'
import type { ChipModelFactory, FileModelFactory, LineModelFactory } from './model.ts'
import { SimulatedPins } from './pins.ts'
import { type Seed, SeededRandom } from './random.ts'
import { SimulatedSysfs } from './sysfs.ts'
import { SimulatedTimeSource } from './time-source.ts'

/** What is in a simulated machine, and the models of it. */
export interface SimulatedParts {
  readonly chips?: readonly SimulatedChip[]
  /** Channels of multiplexers, which are attached to their buses; chips may name them as their bus. */
  readonly muxChannels?: readonly MuxChannel[]
  /** Models of the chips by type (devices/models.ts). */
  readonly models?: Readonly<Record<string, ChipModelFactory>>
  /** Kernel files by type (devices/models.ts). */
  readonly fileModels?: Readonly<Record<string, FileModelFactory>>
  /** What is wired to GPIO lines, by type; a line whose type has no model keeps its level until it is driven. */
  readonly wired?: readonly WiredLine[]
  /** Models that drive them, by type (devices/models.ts). */
  readonly lineModels?: Readonly<Record<string, LineModelFactory>>
}

/** Without chips, files and lines of one's own, createNode puts those into it that its configuration names. */
export interface SimulatedWorldOptions extends SimulatedParts {
  /** The same seed gives the same world; 'kith' unless given. */
  readonly seed?: Seed
  /** The machine's clock unless given. */
  readonly clock?: Clock
  /** 0 unless given; see ClockStatus. */
  readonly timeQuality?: ClockStatus['quality']
  /** Milliseconds that a byte takes on their buses, 0.09 at 100 kHz; 0, which ends transfers at once, unless given. */
  readonly byteTime?: number
  /** Its UDP: a host of a LossyNetwork, or the real machine's; none unless given. @internal */
  readonly datagrams?: DatagramSockets
  /** The memory of this process, which is real; left alone unless given. @internal */
  readonly memory?: ProcessMemory
}

/** A chip on a simulated bus. */
export interface SimulatedChip {
  readonly bus: string
  readonly type: string
  readonly address: number
}

/** A device at a GPIO line. */
export interface WiredLine {
  readonly line: string
  readonly type: string
}

/** A simulated machine, whose ambient conditions, wiring and faults can be changed while it runs. */
export interface SimulatedWorld extends World {
  readonly ambient: Ambient
  readonly faults: Faults
  readonly files: SimulatedSysfs
  readonly lines: SimulatedPins
  readonly time: SimulatedTimeSource
  /** Puts a chip on a bus. @throws BusError where the address is taken */
  attach(bus: string, address: number, model: ChipModelFactory): void
  /**
   * Puts the parts in, where no chips, files or lines were given and this was not called before. A place or path that is
   * taken stays as it is; a chip without a model is absent.
   * @internal
   */
  furnish(parts: SimulatedParts): void
  /** Puts the parts in; a place, path or line that is taken stays as it is, and a chip without a model is absent. @internal */
  add(parts: SimulatedParts): void
}

/** @throws NodeError 'no-model' where a chip's type is not among the models */
export function simulatedWorld(options: SimulatedWorldOptions = {}): SimulatedWorld {
  const {
    seed = 'kith',
    clock = systemClock,
    timeQuality = 0,
    byteTime,
    datagrams = noDatagramSockets,
    memory
  } = options
  const random = new SeededRandom(`${seed} random`)
  const ambient = new Ambient(clock, seed)
  const faults = new Faults()
  const environment = { clock, ambient, random: new SeededRandom(`${seed} models`) }
  const buses = new SimulatedBuses(environment, faults, byteTime)
  const files = new SimulatedSysfs()
  const lines = new SimulatedPins(clock)
  const moving: (() => void)[] = []
  const driven = new Set<string>()
  const put = ({ muxChannels = [], chips = [], models = {}, ...rest }: SimulatedParts): void => {
    const { fileModels = {}, wired = [], lineModels = {} } = rest
    for (const muxChannel of muxChannels) buses.addMuxChannel(muxChannel)
    for (const { bus, address, type } of chips)
      buses.attach(bus, address, modelOf(models, type, bus, address))
    for (const factory of Object.values(fileModels)) {
      for (const [path, content] of Object.entries(factory(environment)))
        if (!files.has(path)) files.set(path, content)
    }
    for (const { line, type } of wired.filter((one) => !driven.has(one.line))) {
      driven.add(line)
      const model = Object.hasOwn(lineModels, type) ? lineModels[type] : undefined
      if (model !== undefined) moving.push(model(environment, (level) => lines.drive(line, level)))
    }
  }
  const add = (parts: SimulatedParts): void => {
    const { chips = [], models = {} } = parts
    const absent = chips.filter(
      ({ bus, address, type }) => Object.hasOwn(models, type) && !buses.has(bus, address)
    )
    put({ ...parts, chips: absent })
  }
  put(options)
  let isBare = [options.chips, options.fileModels, options.wired].every((given) => given === undefined)
  return {
    kind: 'simulated',
    clock,
    time: new SimulatedTimeSource(timeQuality),
    buses,
    pins: lines,
    sysfs: files,
    datagrams,
    ...defined({ memory }),
    ambient,
    faults,
    files,
    lines,
    random: (bytes) => random.bytes(bytes),
    attach: (bus, address, model) => buses.attach(bus, address, model),
    furnish(parts) {
      if (!isBare) return
      isBare = false
      add(parts)
    },
    add,
    close: async () => {
      for (const end of moving) end()
      await Promise.all([buses.close(), lines.close()])
    }
  }
}

/** A machine without UDP: its datagrams go by stream. */
const noDatagramSockets: DatagramSockets = {
  async bind({ family }) {
    throw new NodeError('family-unsupported', `this machine has no UDP over IPv${family}`)
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
