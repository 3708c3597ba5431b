import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { hintOf, isNodeError } from '../../error.ts'
import { ExclusiveBus } from '../bus/exclusive-bus.ts'
import { busFailure } from '../bus/failure.ts'
import { checkTransfer } from '../bus/transfer-check.ts'
import { TransferQueue } from '../bus/transfer-queue.ts'
import {
  type BusError,
  type ExclusiveAccess,
  type I2cOperation,
  isBusError,
  type ProbeResult,
  type TransferOptions
} from '../i2c.ts'
import type { BlockingCalls } from './blocking-calls.ts'
import { busErrorKind } from './errno.ts'
import type { I2cAdapter } from './i2c-adapter.ts'

export interface LinuxI2cBusOptions {
  /** `i2c-1` */
  readonly name: string
  readonly clock: Clock
  readonly calls: BlockingCalls
  readonly open: () => Promise<I2cAdapter>
  /** See TransferQueue; 2000 ms unless given, more than the second after which i2c-bcm2835 gives up. */
  readonly deadline?: number
  /** See TransferQueue; 256 unless given. */
  readonly limit?: number
}

/** Maximum of an SMBus read with a repeated start: I2C_SMBUS_BLOCK_MAX of the kernel. */
const BLOCK_MAX = 32
/** Retries of a transfer that lost the arbitration. */
const REPEATS = 2

/** A bus of the kernel, /dev/i2c-N. Its file is opened with the first transfer. */
export class LinuxI2cBus extends ExclusiveBus {
  readonly #open: () => Promise<I2cAdapter>
  readonly #queue: TransferQueue
  readonly #calls: BlockingCalls
  #adapter: I2cAdapter | undefined

  constructor({ name, clock, calls, open, deadline = 2000, limit = 256 }: LinuxI2cBusOptions) {
    super(name)
    this.#open = open
    this.#calls = calls
    this.#queue = new TransferQueue({ clock, bus: name, deadline, limit })
  }

  override async exclusive<T>(
    address: number,
    work: (access: ExclusiveAccess) => Promise<T>,
    options?: TransferOptions
  ): Promise<T> {
    const access: ExclusiveAccess = {
      transaction: async (address, operations) => {
        checkTransfer(this.name, address, operations)
        return await this.#call(address, (adapter) => this.#transfer(adapter, address, operations))
      },
      probe: (address) => this.#probe(address)
    }
    return await this.#queue.run(address, () => work(access), options)
  }

  override async close(): Promise<void> {
    await this.#queue.close()
    await this.#drop()
  }

  async #probe(address: number): Promise<ProbeResult> {
    checkTransfer(this.name, address)
    try {
      await this.#call(address, (adapter) => touch(adapter, address))
      return 'present'
    } catch (error) {
      if (isBusError(error, 'no-acknowledge')) return 'absent'
      if (isBusError(error, 'owned-by-kernel')) return 'kernel'
      throw error
    }
  }

  async #call<T>(address: number, work: (adapter: I2cAdapter) => Promise<T>): Promise<T> {
    try {
      return await this.#calls.run({ what: this.name, lane: this.name }, async () => {
        this.#adapter ??= await this.#open()
        return await work(this.#adapter)
      })
    } catch (error) {
      const failure = this.#failure(address, error)
      // After an adapter was unplugged, its file never works again either.
      if (failure.kind === 'no-such-bus') await this.#drop()
      throw failure
    }
  }

  async #transfer(
    adapter: I2cAdapter,
    address: number,
    operations: readonly I2cOperation[]
  ): Promise<Uint8Array[]> {
    const register = registerRead(operations)
    if (register !== undefined && adapter.functions.smbusReadI2cBlock) {
      const { command, count } = register
      const bytes = await repeated(() => adapter.readBlock(address, command, count))
      return [this.#whole(address, bytes, bytes.length, count)]
    }
    const read: Uint8Array[] = []
    for (const [index, operation] of operations.entries()) {
      const run = (): Promise<Uint8Array | undefined> => this.#operate(adapter, address, operation)
      // After the first operation, repeating may have another effect in the chip.
      const bytes = await (index === 0 ? repeated(run) : run())
      if (bytes !== undefined) read.push(bytes)
    }
    return read
  }

  /** One read(2) or write(2). */
  async #operate(
    adapter: I2cAdapter,
    address: number,
    operation: I2cOperation
  ): Promise<Uint8Array | undefined> {
    if ('read' in operation) {
      const bytes = await adapter.read(address, operation.read)
      return this.#whole(address, bytes, bytes.length, operation.read)
    }
    const { write } = operation
    this.#whole(address, write, await adapter.write(address, write), write.length)
    return undefined
  }

  #whole(address: number, bytes: Uint8Array, count: number, wanted: number): Uint8Array {
    if (count === wanted) return bytes
    throw busFailure(this.name, address, 'other', { what: `exchanged ${count} of ${wanted} bytes` })
  }

  async #drop(): Promise<void> {
    const adapter = this.#adapter
    this.#adapter = undefined
    await adapter?.close().catch(() => {})
  }

  #failure(address: number, error: unknown): BusError {
    if (isBusError(error)) return error
    if (isNodeError(error, 'busy')) {
      const what = `cannot be reached: ${error.message}`
      return busFailure(this.name, address, 'busy', {
        what,
        ...defined({ hint: hintOf(error) }),
        cause: error
      })
    }
    return busFailure(this.name, address, busErrorKind(error), { cause: error })
  }
}

/**
 * Repeats a transfer that lost the arbitration before anything was sent: the only failure after which
 * repeating is harmless. A missing acknowledge may be intended, and a timeout has used up its time.
 */
async function repeated<T>(run: () => Promise<T>): Promise<T> {
  for (let left = REPEATS; ; left--) {
    try {
      return await run()
    } catch (error) {
      if (left === 0 || busErrorKind(error) !== 'arbitration-lost') throw error
    }
  }
}

/** One byte written, then at most 32 read: the only form with a repeated start. */
function registerRead([first, second, ...more]: readonly I2cOperation[]):
  | { command: number; count: number }
  | undefined {
  if (first === undefined || second === undefined || more.length > 0) return undefined
  if ('read' in first || 'write' in second || second.read > BLOCK_MAX) return undefined
  const [command, ...rest] = first.write
  return command === undefined || rest.length > 0 ? undefined : { command, count: second.read }
}

/**
 * Probes an address by the rule of i2cdetect: a read for EEPROMs (50 to 5f) and clock or memory chips (30 to
 * 37), which a quick write might change, else a quick write, the address alone [i2c-tools, i2cdetect.c].
 */
async function touch(adapter: I2cAdapter, address: number): Promise<void> {
  const byRead = (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f)
  if (byRead || !adapter.functions.smbusQuick) await adapter.receiveByte(address)
  else await adapter.writeQuick(address)
}
