import { ExclusiveBus } from '../bus/exclusive-bus.ts'
import { busFailure } from '../bus/failure.ts'
import { checkTransfer } from '../bus/transfer-check.ts'
import { TransferQueue } from '../bus/transfer-queue.ts'
import type { BusErrorKind, ExclusiveAccess, I2cOperation, ProbeResult, TransferOptions } from '../i2c.ts'
import type { Faults } from './faults.ts'
import type { ChipModelFactory, ModelEnvironment } from './model.ts'
import { Wires } from './wires.ts'

export interface SimulatedI2cBusOptions {
  readonly name: string
  readonly environment: ModelEnvironment
  readonly faults: Faults
  /** Milliseconds a byte takes, 0.09 on a real bus at 100 kHz; 0 makes transfers end at once. */
  readonly byteTime?: number
  /** See TransferQueue; 1000 unless given. */
  readonly deadline?: number
  /** See TransferQueue; 256 unless given. */
  readonly limit?: number
}

/** An I2C bus at the level of bytes and acknowledge bits, with chip models at its addresses. */
export class SimulatedI2cBus extends ExclusiveBus {
  readonly #options: SimulatedI2cBusOptions
  readonly #queue: TransferQueue
  /** What is on it: chips, and multiplexers with more behind them. */
  readonly wires: Wires

  constructor(options: SimulatedI2cBusOptions) {
    super(options.name)
    this.#options = options
    this.wires = new Wires(options.name, options.environment, options.faults)
    const { deadline = 1000, limit = 256 } = options
    this.#queue = new TransferQueue({ clock: options.environment.clock, bus: options.name, deadline, limit })
  }

  /** Attaches a chip and supplies its power. @throws BusError where the address is taken or not that of a chip */
  attach(address: number, factory: ChipModelFactory): void {
    this.wires.attach(address, factory)
  }

  override async exclusive<T>(
    address: number,
    work: (access: ExclusiveAccess) => Promise<T>,
    options?: TransferOptions
  ): Promise<T> {
    const access: ExclusiveAccess = {
      transaction: (address, operations) => this.#transfer(address, operations),
      probe: (address) => this.#probe(address)
    }
    return await this.#queue.run(address, () => work(access), options)
  }

  override async close(): Promise<void> {
    await this.#queue.close()
  }

  async #probe(address: number): Promise<ProbeResult> {
    checkTransfer(this.name, address)
    if (this.#options.faults.isOwned(this.name, address)) return 'kernel'
    await this.#pass(address, 0)
    return this.#acknowledges(address) ? 'present' : 'absent'
  }

  async #transfer(address: number, operations: readonly I2cOperation[]): Promise<Uint8Array[]> {
    checkTransfer(this.name, address, operations)
    if (this.#options.faults.isOwned(this.name, address))
      throw busFailure(this.name, address, 'owned-by-kernel')
    const read: Uint8Array[] = []
    for (const operation of operations) {
      await this.#pass(address, 'read' in operation ? operation.read : operation.write.length)
      try {
        const chips = this.wires.at(address)
        if (chips.length === 0) throw busFailure(this.name, address, 'no-acknowledge-address')
        if ('read' in operation) read.push(together(chips.map((chip) => chip.read(operation.read))))
        else for (const chip of chips) chip.write(operation.write)
      } catch (error) {
        throw isNotAcknowledged(error) ? busFailure(this.name, address, error.kind) : error
      }
    }
    return read
  }

  /** Waits for the duration of address and bytes; a transfer on a hanging bus fails when the bus is released. */
  async #pass(address: number, bytes: number): Promise<void> {
    const { byteTime = 0, environment } = this.#options
    const hanging = this.wires.hanging()
    if (hanging !== undefined) {
      await hanging
      throw busFailure(this.name, address, 'timeout')
    }
    if (byteTime > 0) await environment.clock.sleep((1 + bytes) * byteTime)
  }

  /** A quick write: the address and nothing else. */
  #acknowledges(address: number): boolean {
    try {
      const chips = this.wires.at(address)
      for (const chip of chips) chip.write(new Uint8Array())
      return chips.length > 0
    } catch (error) {
      if (isNotAcknowledged(error)) return false
      throw error
    }
  }
}

/** What the master reads where several chips answer at the same time: a line is low where any chip holds it low. */
function together([first = new Uint8Array(), ...others]: readonly Uint8Array[]): Uint8Array {
  return others.reduce((all, bytes) => all.map((byte, index) => byte & (bytes[index] ?? 0xff)), first)
}

function isNotAcknowledged(error: unknown): error is Error & { kind: BusErrorKind } {
  return error instanceof Error && error.name === 'NotAcknowledged'
}
