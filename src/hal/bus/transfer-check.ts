import type { I2cOperation } from '../i2c.ts'
import { busFailure } from './failure.ts'

/** i2c-dev's own limit of one read(2) or write(2) [linux drivers/i2c/i2c-dev.c]. */
const MAX_TRANSFER = 8192
/** Below and above lie the addresses that the I2C specification reserves (UM10204, 3.1.12). */
const FIRST_ADDRESS = 0x08
const LAST_ADDRESS = 0x77

/** Checks address and lengths before a transfer. @throws BusError 'unsupported' */
export function checkTransfer(bus: string, address: number, operations: readonly I2cOperation[] = []): void {
  if (!Number.isInteger(address) || address < FIRST_ADDRESS || address > LAST_ADDRESS) {
    throw busFailure(bus, address, 'unsupported', {
      what: 'is not an address of a chip: those are 0x08 to 0x77'
    })
  }
  for (const operation of operations) {
    const length = 'read' in operation ? operation.read : operation.write.length
    if (!Number.isInteger(length) || length < 1 || length > MAX_TRANSFER) {
      throw busFailure(bus, address, 'unsupported', { what: `cannot exchange ${length} bytes at once` })
    }
  }
}
