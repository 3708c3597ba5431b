import type { ExclusiveAccess, I2cBus, I2cOperation, ProbeResult, TransferOptions } from '../i2c.ts'
import { checkTransfer } from './transfer-check.ts'

/** A bus whose transfers and probes are all made with exclusive access. */
export abstract class ExclusiveBus implements I2cBus {
  readonly name: string
  readonly path: string

  constructor(name: string, path: string = name) {
    this.name = name
    this.path = path
  }

  abstract exclusive<T>(
    address: number,
    work: (exclusive: ExclusiveAccess) => Promise<T>,
    options?: TransferOptions
  ): Promise<T>

  abstract close(): Promise<void>

  async transaction(
    address: number,
    operations: readonly I2cOperation[],
    options?: TransferOptions
  ): Promise<Uint8Array[]> {
    checkTransfer(this.path, address, operations)
    return await this.exclusive(address, (exclusive) => exclusive.transaction(address, operations), options)
  }

  async probe(address: number, options?: TransferOptions): Promise<ProbeResult> {
    checkTransfer(this.path, address)
    return await this.exclusive(address, (exclusive) => exclusive.probe(address), options)
  }
}
