import { BusError, type Buses } from '../i2c.ts'
import type { ChipModelFactory, ModelEnvironment } from './chip-model.ts'
import type { Faults } from './faults.ts'
import { SimulatedI2cBus } from './i2c-bus.ts'

/** The buses of a simulated machine: those that chips were attached to. */
export class SimulatedBuses implements Buses {
  readonly #environment: ModelEnvironment
  readonly #faults: Faults
  readonly #buses = new Map<string, SimulatedI2cBus>()

  constructor(environment: ModelEnvironment, faults: Faults) {
    this.#environment = environment
    this.#faults = faults
  }

  /** Puts a chip on the bus of that name, which exists from now on. */
  attach(name: string, address: number, factory: ChipModelFactory): void {
    const bus =
      this.#buses.get(name) ??
      new SimulatedI2cBus({ name, environment: this.#environment, faults: this.#faults })
    this.#buses.set(name, bus)
    bus.attach(address, factory)
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
}
