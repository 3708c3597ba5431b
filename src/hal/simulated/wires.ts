import { busFailure } from '../bus/failure.ts'
import { checkTransfer } from '../bus/transfer-check.ts'
import { SimulatedMultiplexer } from './chip/multiplexer.ts'
import { ChipSocket } from './chip/socket.ts'
import type { Faults } from './faults.ts'
import type { ChipModelFactory, ModelEnvironment } from './model.ts'

/** The chips on one pair of wires: a bus, or a channel of a multiplexer. */
export class Wires {
  /** As in the configuration; faults of its chips are set by it. */
  readonly name: string
  readonly #environment: ModelEnvironment
  readonly #faults: Faults
  readonly #sockets = new Map<number, ChipSocket>()
  readonly #multiplexers = new Map<number, SimulatedMultiplexer<Wires>>()

  constructor(name: string, environment: ModelEnvironment, faults: Faults) {
    this.name = name
    this.#environment = environment
    this.#faults = faults
  }

  /** Attaches a chip and supplies its power. @throws BusError where the address is taken or not that of a chip */
  attach(address: number, factory: ChipModelFactory): void {
    checkTransfer(this.name, address)
    if (this.#sockets.has(address)) {
      throw busFailure(this.name, address, 'unsupported', { what: 'is taken by another chip' })
    }
    this.#sockets.set(address, new ChipSocket(this.name, address, factory, this.#environment, this.#faults))
  }

  /** Whether a chip is attached at the address. */
  has(address: number): boolean {
    return this.#sockets.has(address)
  }

  /** The wires of a channel of the multiplexer at the address, which is attached with its first channel. */
  addMuxChannel(address: number, channel: number, name: string): Wires {
    const multiplexer = this.#multiplexers.get(address) ?? new SimulatedMultiplexer<Wires>()
    if (!this.#multiplexers.has(address)) {
      this.attach(address, multiplexer.model)
      this.#multiplexers.set(address, multiplexer)
    }
    return multiplexer.segment(channel, () => new Wires(name, this.#environment, this.#faults))
  }

  /** The chips that receive the address: several where connected channels have chips of one address. */
  at(address: number): ChipSocket[] {
    return this.#joined().flatMap((wires) => wires.#sockets.get(address) ?? [])
  }

  /** Resolves when these and the connected wires are released; undefined where they are free. */
  hanging(): Promise<void> | undefined {
    return this.#joined().flatMap((wires) => this.#faults.hanging(wires.name) ?? [])[0]
  }

  /** These wires, and those that multiplexers connect to them. */
  #joined(): Wires[] {
    const connected = [...this.#multiplexers.values()].flatMap((multiplexer) => multiplexer.connected())
    return [this, ...connected.flatMap((wires) => wires.#joined())]
  }
}
