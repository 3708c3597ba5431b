import type { PromisifiedBus } from 'i2c-bus'
import type { Clock } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { isNodeError } from '../../error.ts'
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

export interface LinuxI2cBusOptions {
  /** `i2c-1` */
  readonly name: string
  readonly clock: Clock
  readonly calls: BlockingCalls
  /** Opens the bus by i2c-bus, without forceAccess. */
  readonly open: () => Promise<PromisifiedBus>
  /** See TransferQueue; 2000 ms unless given, more than the second after which i2c-bcm2835 gives up. */
  readonly deadline?: number
  /** See TransferQueue; 256 unless given. */
  readonly limit?: number
}

/** Maximum of an SMBus read with a repeated start: I2C_SMBUS_BLOCK_MAX of the kernel. */
const BLOCK_MAX = 32
/** Retries of a transfer that lost the arbitration. */
const REPEATS = 2

/**
 * A bus of the kernel, /dev/i2c-N, by npm i2c-bus. That package keeps one file for each address, even where the
 * kernel refused the address; such a file talks to address 0. So whenever the first call for an address
 * fails, all files are closed (i2c-bus.js, `peripheral`).
 */
export class LinuxI2cBus extends ExclusiveBus {
  readonly #open: () => Promise<PromisifiedBus>
  readonly #queue: TransferQueue
  readonly #calls: BlockingCalls
  readonly #reached = new Set<number>()
  #handle: PromisifiedBus | undefined

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
        return await this.#call(address, (handle) => this.#transfer(handle, address, operations))
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
      await this.#call(address, (handle) => touch(handle, address))
      return 'present'
    } catch (error) {
      if (isBusError(error, 'no-acknowledge')) return 'absent'
      if (isBusError(error, 'owned-by-kernel')) return 'kernel'
      throw error
    }
  }

  async #call<T>(address: number, work: (handle: PromisifiedBus) => Promise<T>): Promise<T> {
    const first = !this.#reached.has(address)
    try {
      const result = await this.#calls.run({ what: this.name, lane: this.name }, async () => {
        this.#handle ??= await this.#open()
        return await work(this.#handle)
      })
      this.#reached.add(address)
      return result
    } catch (error) {
      const failure = this.#failure(address, error, first)
      // After an adapter was unplugged, its files never work again either.
      if (first || failure.kind === 'no-such-bus') await this.#drop()
      throw failure
    }
  }

  async #transfer(
    handle: PromisifiedBus,
    address: number,
    operations: readonly I2cOperation[]
  ): Promise<Uint8Array[]> {
    const register = registerRead(operations)
    if (register !== undefined && (await handle.i2cFuncs()).smbusReadI2cBlock) {
      const buffer = Buffer.alloc(register.count)
      const block = () => handle.readI2cBlock(address, register.command, buffer.length, buffer)
      return [this.#whole(address, buffer, (await repeated(block)).bytesRead)]
    }
    const read: Uint8Array[] = []
    for (const [index, operation] of operations.entries()) {
      const run = (): Promise<Uint8Array | undefined> => this.#operate(handle, address, operation)
      // After the first operation, repeating may have another effect in the chip.
      const bytes = await (index === 0 ? repeated(run) : run())
      if (bytes !== undefined) read.push(bytes)
    }
    return read
  }

  /** One read(2) or write(2). */
  async #operate(
    handle: PromisifiedBus,
    address: number,
    operation: I2cOperation
  ): Promise<Uint8Array | undefined> {
    if ('read' in operation) {
      const buffer = Buffer.alloc(operation.read)
      return this.#whole(address, buffer, (await handle.i2cRead(address, buffer.length, buffer)).bytesRead)
    }
    const buffer = Buffer.from(operation.write)
    this.#whole(address, buffer, (await handle.i2cWrite(address, buffer.length, buffer)).bytesWritten)
    return undefined
  }

  #whole(address: number, buffer: Buffer, count: number): Uint8Array {
    if (count === buffer.length) return new Uint8Array(buffer)
    throw busFailure(this.name, address, 'other', { what: `exchanged ${count} of ${buffer.length} bytes` })
  }

  /** A closed handle must not be used again: close() keeps the numbers of its files. */
  async #drop(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    this.#reached.clear()
    await handle?.close().catch(() => {})
  }

  #failure(address: number, error: unknown, first: boolean): BusError {
    if (isBusError(error)) return error
    if (isNodeError(error, 'busy')) {
      const what = `cannot be reached: ${error.message}`
      return busFailure(this.name, address, 'busy', { what, ...defined({ hint: error.hint }), cause: error })
    }
    const kind = busErrorKind(error)
    // EBUSY of a transfer: "the bus was busy for longer than allowed" [Documentation/i2c/fault-codes.rst]
    const reported = kind === 'owned-by-kernel' && !first ? 'timeout' : kind
    return busFailure(this.name, address, reported, { cause: error })
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
async function touch(handle: PromisifiedBus, address: number): Promise<void> {
  const byRead = (address >= 0x30 && address <= 0x37) || (address >= 0x50 && address <= 0x5f)
  if (byRead || !(await handle.i2cFuncs()).smbusQuick) await handle.receiveByte(address)
  else await handle.writeQuick(address, 0)
}
