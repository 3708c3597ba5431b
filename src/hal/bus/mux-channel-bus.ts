import { defined } from '../../defined.ts'
import { type Hint, hintOf } from '../../error.ts'
import { type ExclusiveAccess, type I2cBus, isBusError, type TransferOptions } from '../i2c.ts'
import { ExclusiveBus } from './exclusive-bus.ts'
import { busFailure, placeOf, renamed } from './failure.ts'
import type { Multiplexers } from './multiplexers.ts'

export interface MuxChannelBusOptions {
  /** As in the configuration: `attic`. */
  readonly name: string
  /** The bus that the multiplexer is on. */
  readonly parent: I2cBus
  /** All multiplexers of the parent. */
  readonly multiplexers: Multiplexers
  /** Of the multiplexer. */
  readonly address: number
  /** 0 to 7. */
  readonly channel: number
}

/** A channel of a multiplexer: a bus behind a bus. Each transfer is one exclusive access to the parent. */
export class MuxChannelBus extends ExclusiveBus {
  readonly #options: MuxChannelBusOptions
  #closed = false

  constructor(options: MuxChannelBusOptions) {
    const { name, channel, address, parent } = options
    super(name, `${name} (channel ${channel} of ${placeOf(parent.path, address)})`)
    this.#options = options
  }

  override async exclusive<T>(
    address: number,
    work: (access: ExclusiveAccess) => Promise<T>,
    options?: TransferOptions
  ): Promise<T> {
    if (this.#closed) throw busFailure(this.path, address, 'closed')
    const through = (access: ExclusiveAccess): Promise<T> => this.#through(access, address, work)
    return await this.#renamed(address, this.#options.parent.exclusive(address, through, options))
  }

  /** Does not close the parent, which has another owner. */
  override async close(): Promise<void> {
    this.#closed = true
  }

  async #through<T>(
    access: ExclusiveAccess,
    address: number,
    work: (access: ExclusiveAccess) => Promise<T>
  ): Promise<T> {
    const { multiplexers, channel } = this.#options
    try {
      await multiplexers.connect(access, this.#options.address, channel).catch((error) => {
        throw this.#unreachable(address, error)
      })
      return await work(this.#below(access))
    } finally {
      await multiplexers.disconnect(access, this.#options.address)
    }
  }

  #below(access: ExclusiveAccess): ExclusiveAccess {
    return {
      transaction: (address, operations) => this.#renamed(address, access.transaction(address, operations)),
      probe: (address) => this.#renamed(address, access.probe(address))
    }
  }

  /** Errors of the parent, with this bus's name. */
  async #renamed<T>(address: number, work: Promise<T>): Promise<T> {
    const { parent } = this.#options
    try {
      return await work
    } catch (error) {
      throw renamed(error, placeOf(parent.path, address), placeOf(this.path, address))
    }
  }

  #unreachable(address: number, error: unknown): unknown {
    if (!isBusError(error)) return error
    const what = `cannot be reached: its multiplexer, ${error.message}`
    const hint = error.kind === 'owned-by-kernel' ? KERNEL_CHANNELS : hintOf(error)
    return busFailure(this.path, address, error.kind, { what, cause: error, ...defined({ hint }) })
  }
}

const KERNEL_CHANNELS: Hint = {
  command: 'the kernel offers its channels as buses of their own: kith devices scan lists them',
  program: 'the kernel offers its channels as buses of their own'
}
