import { busFailure } from '../bus-failure.ts'
import type { BusErrorKind, I2cBus, I2cOperation, ProbeResult, TransferOptions } from '../i2c.ts'
import { checkTransfer } from '../transfer-check.ts'
import { TransferQueue } from '../transfer-queue.ts'
import type { ChipModelFactory, ModelEnvironment } from './chip-model.ts'
import { ChipSocket } from './chip-socket.ts'
import type { Faults } from './faults.ts'

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

/** An I2C bus at the level of bytes and acknowledge bits; chip models are attached to its addresses. */
export class SimulatedI2cBus implements I2cBus {
  readonly name: string
  readonly #options: SimulatedI2cBusOptions
  readonly #queue: TransferQueue
  readonly #sockets = new Map<number, ChipSocket>()

  constructor(options: SimulatedI2cBusOptions) {
    this.name = options.name
    this.#options = options
    const { deadline = 1000, limit = 256 } = options
    this.#queue = new TransferQueue({ clock: options.environment.clock, bus: options.name, deadline, limit })
  }

  /** Puts a chip on the bus and gives it power. @throws BusError where the address is taken or no chip's */
  attach(address: number, factory: ChipModelFactory): void {
    checkTransfer(this.name, address)
    if (this.#sockets.has(address)) {
      throw busFailure(this.name, address, 'unsupported', { what: 'is taken by another chip' })
    }
    const { environment, faults } = this.#options
    this.#sockets.set(address, new ChipSocket(this.name, address, factory, environment, faults))
  }

  async transaction(
    address: number,
    operations: readonly I2cOperation[],
    options?: TransferOptions
  ): Promise<Uint8Array[]> {
    checkTransfer(this.name, address, operations)
    return await this.#queue.run(address, () => this.#transfer(address, operations), options)
  }

  async probe(address: number, options?: TransferOptions): Promise<ProbeResult> {
    checkTransfer(this.name, address)
    return await this.#queue.run(
      address,
      async () => {
        await this.#pass(address, 0)
        return this.#acknowledges(address) ? 'present' : 'absent'
      },
      options
    )
  }

  async close(): Promise<void> {
    await this.#queue.close()
  }

  async #transfer(address: number, operations: readonly I2cOperation[]): Promise<Uint8Array[]> {
    const read: Uint8Array[] = []
    for (const operation of operations) {
      await this.#pass(address, 'read' in operation ? operation.read : operation.write.length)
      try {
        const socket = this.#sockets.get(address)
        if (socket === undefined) throw busFailure(this.name, address, 'no-acknowledge-address')
        if ('read' in operation) read.push(socket.read(operation.read))
        else socket.write(operation.write)
      } catch (error) {
        throw isNotAcknowledged(error) ? busFailure(this.name, address, error.kind) : error
      }
    }
    return read
  }

  /** The time that address and bytes take; a transfer that was held by a hanging bus fails when it is let go. */
  async #pass(address: number, bytes: number): Promise<void> {
    const { byteTime = 0, environment, faults } = this.#options
    const hanging = faults.hanging(this.name)
    if (hanging !== undefined) {
      await hanging
      throw busFailure(this.name, address, 'timeout')
    }
    if (byteTime > 0) await environment.clock.sleep((1 + bytes) * byteTime)
  }

  /** A quick write: the address and nothing else. */
  #acknowledges(address: number): boolean {
    try {
      this.#sockets.get(address)?.write(new Uint8Array())
      return this.#sockets.has(address)
    } catch (error) {
      if (isNotAcknowledged(error)) return false
      throw error
    }
  }
}

function isNotAcknowledged(error: unknown): error is Error & { kind: BusErrorKind } {
  return error instanceof Error && error.name === 'NotAcknowledged'
}
