import type { I2cBus, TransferOptions } from '../i2c.ts'
import { placeOf, renamed } from './failure.ts'

/** A chip as its driver sees it: one address of a bus. */
export interface I2cDevice {
  readonly address: number
  /** `bme280 at 0x76 on i2c-1`: its name in messages. */
  readonly label: string
  write(bytes: readonly number[] | Uint8Array, options?: TransferOptions): Promise<void>
  read(count: number, options?: TransferOptions): Promise<Uint8Array>
  /** Writes, then reads; transfers of other callers do not come between. */
  writeRead(
    bytes: readonly number[] | Uint8Array,
    count: number,
    options?: TransferOptions
  ): Promise<Uint8Array>
}

/**
 * Binds a chip to a bus. Error messages of the bus begin with the chip's name.
 * @param type the chip's name for messages: `bme280`
 */
export function i2cDevice(bus: I2cBus, address: number, type: string): I2cDevice {
  const place = placeOf(bus.path, address)
  const label = `${type} at ${place}`
  async function transaction(
    operations: Parameters<I2cBus['transaction']>[1],
    options?: TransferOptions
  ): Promise<Uint8Array[]> {
    try {
      return await bus.transaction(address, operations, options)
    } catch (error) {
      throw renamed(error, place, label)
    }
  }
  return {
    address,
    label,
    async write(bytes, options) {
      await transaction([{ write: Uint8Array.from(bytes) }], options)
    },
    async read(count, options) {
      const [bytes] = await transaction([{ read: count }], options)
      return bytes ?? new Uint8Array()
    },
    async writeRead(bytes, count, options) {
      const [read] = await transaction([{ write: Uint8Array.from(bytes) }, { read: count }], options)
      return read ?? new Uint8Array()
    }
  }
}
