import { type ExclusiveAccess, isBusError } from '../i2c.ts'
import { hex } from '../register-bytes.ts'
import { busFailure } from './failure.ts'

/**
 * The TCA9548A of one bus, and the PCA9548A that it replaces: eight channels behind one address each (Texas
 * Instruments SCPS207). The one register has a bit a channel (8.5.2, table 8-2), is 0 after power-on, and
 * takes effect after the STOP. A channel is connected only during one exclusive access: chips behind it do not
 * disturb others, several channels may have chips of one address, and no state must be restored after a power cut.
 */
export class Multiplexers {
  readonly #bus: string
  /** Those with a channel that may be connected: after a failed access, or by an earlier process. */
  readonly #unsure: Set<number>

  /**
   * @param bus the name of their bus in messages
   * @param addresses of all of them
   */
  constructor(bus: string, addresses: readonly number[]) {
    this.#bus = bus
    this.#unsure = new Set(addresses)
  }

  /** @throws BusError of the multiplexer itself */
  async connect(access: ExclusiveAccess, address: number, channel: number): Promise<void> {
    for (const other of this.#unsure) if (other !== address) await this.disconnect(access, other)
    const mask = 1 << channel
    this.#unsure.add(address)
    const [bytes] = await access.transaction(address, [{ write: Uint8Array.of(mask) }, { read: 1 }])
    const found = bytes?.[0] ?? 0
    if (found === mask) return
    const what = `reads back ${hex(found, 2)} where ${hex(mask, 2)} was written`
    throw busFailure(this.#bus, address, 'other', { what, hint: 'check that a tca9548a is there' })
  }

  /** Where the bus fails, the next access disconnects before it connects. */
  async disconnect(access: ExclusiveAccess, address: number): Promise<void> {
    try {
      await access.transaction(address, [{ write: Uint8Array.of(0) }])
      this.#unsure.delete(address)
    } catch (error) {
      if (!isBusError(error)) throw error
    }
  }
}
