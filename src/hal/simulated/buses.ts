import type { MuxChannel } from '../bus/muxed-buses.ts'
import { BusError, type Buses } from '../i2c.ts'
import type { Faults } from './faults.ts'
import { SimulatedI2cBus } from './i2c-bus.ts'
import type { ChipModelFactory, ModelEnvironment } from './model.ts'
import type { Wires } from './wires.ts'

/** The buses of a simulated machine, which exist where chips are attached. */
export class SimulatedBuses implements Buses {
  readonly #environment: ModelEnvironment
  readonly #faults: Faults
  readonly #byteTime: number
  readonly #buses = new Map<string, SimulatedI2cBus>()
  /** Behind multiplexers, by name. */
  readonly #channels = new Map<string, Wires>()

  /** @param byteTime see SimulatedI2cBusOptions */
  constructor(environment: ModelEnvironment, faults: Faults, byteTime = 0) {
    this.#environment = environment
    this.#faults = faults
    this.#byteTime = byteTime
  }

  /** Attaches a chip to the bus or multiplexer channel of that name, which exists from now on. */
  attach(name: string, address: number, factory: ChipModelFactory): void {
    this.#wires(name).attach(address, factory)
  }

  /** Whether a chip is attached there. */
  has(name: string, address: number): boolean {
    return (this.#channels.get(name) ?? this.#buses.get(name)?.wires)?.has(address) === true
  }

  /** Attaches a multiplexer to a bus, and names one of its channels. */
  addMuxChannel({ name, bus, address, channel }: MuxChannel): void {
    this.#channels.set(name, this.#wires(bus).addMuxChannel(address, channel, name))
  }

  async list(): Promise<string[]> {
    return [...this.#buses.keys()].sort()
  }

  async open(name: string): Promise<SimulatedI2cBus> {
    const bus = this.#buses.get(name)
    if (bus !== undefined) return bus
    const there = [...this.#buses.keys()].sort().join(', ')
    throw new BusError('no-such-bus', `${name} is not simulated`, { hint: `there is ${there || 'no bus'}` })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#buses.values()].map((bus) => bus.close()))
  }

  #wires(name: string): Wires {
    const channel = this.#channels.get(name)
    if (channel !== undefined) return channel
    const [environment, faults, byteTime] = [this.#environment, this.#faults, this.#byteTime]
    const bus = this.#buses.get(name) ?? new SimulatedI2cBus({ name, environment, faults, byteTime })
    this.#buses.set(name, bus)
    return bus.wires
  }
}
