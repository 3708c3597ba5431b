import type i2c from 'i2c-bus'
import type { PromisifiedBus } from 'i2c-bus'
import { EBUSY } from './errno.ts'
import type { I2cAdapter, I2cFunctions, OpenI2cAdapter } from './i2c-adapter.ts'

/** I2C by npm i2c-bus, for machines that the addon is not built for. */
export function packageAdapter({ openPromisified }: Pick<typeof i2c, 'openPromisified'>): OpenI2cAdapter {
  return async (path) => {
    const number = Number(/\d+$/.exec(path)?.[0])
    const bus = await openPromisified(number)
    const { smbusQuick, smbusReadI2cBlock } = await bus.i2cFuncs()
    return new PackageAdapter({ smbusQuick, smbusReadI2cBlock }, bus, () => openPromisified(number))
  }
}

/**
 * The package keeps one file for each address, even where the kernel refused the address; such a file talks to
 * address 0. So whenever the first call for an address fails, all files are closed (i2c-bus.js, `peripheral`). A
 * closed handle must not be used again: close() keeps the numbers of its files.
 */
class PackageAdapter implements I2cAdapter {
  readonly functions: I2cFunctions
  readonly #open: () => Promise<PromisifiedBus>
  readonly #reached = new Set<number>()
  #handle: PromisifiedBus | undefined

  constructor(functions: I2cFunctions, handle: PromisifiedBus, open: () => Promise<PromisifiedBus>) {
    this.functions = functions
    this.#handle = handle
    this.#open = open
  }

  read(address: number, count: number): Promise<Uint8Array> {
    const buffer = Buffer.alloc(count)
    return this.#call(address, async (handle) => {
      const { bytesRead } = await handle.i2cRead(address, count, buffer)
      return new Uint8Array(buffer.subarray(0, bytesRead))
    })
  }

  write(address: number, bytes: Uint8Array): Promise<number> {
    return this.#call(address, async (handle) => {
      const { bytesWritten } = await handle.i2cWrite(address, bytes.length, Buffer.from(bytes))
      return bytesWritten
    })
  }

  readBlock(address: number, command: number, count: number): Promise<Uint8Array> {
    const buffer = Buffer.alloc(count)
    return this.#call(address, async (handle) => {
      const { bytesRead } = await handle.readI2cBlock(address, command, count, buffer)
      return new Uint8Array(buffer.subarray(0, bytesRead))
    })
  }

  receiveByte(address: number): Promise<unknown> {
    return this.#call(address, (handle) => handle.receiveByte(address))
  }

  writeQuick(address: number): Promise<unknown> {
    return this.#call(address, (handle) => handle.writeQuick(address, 0))
  }

  async close(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    this.#reached.clear()
    await handle?.close()
  }

  async #call<T>(address: number, work: (handle: PromisifiedBus) => Promise<T>): Promise<T> {
    const isFirst = !this.#reached.has(address)
    try {
      this.#handle ??= await this.#open()
      const result = await work(this.#handle)
      this.#reached.add(address)
      return result
    } catch (error) {
      if (isFirst) await this.close().catch(() => undefined)
      throw asSystemError(error, isFirst)
    }
  }
}

/**
 * As the addon says it: SMBus calls of the package fail with a positive number, read and write with a negative one, and
 * no call is named. EBUSY of the first call for an address is that of I2C_SLAVE.
 */
function asSystemError(error: unknown, isFirst: boolean): unknown {
  if (!(error instanceof Error) || !('errno' in error)) return error
  const errno = -Math.abs(Number(error.errno))
  const refused = isFirst && errno === -EBUSY ? { syscall: 'I2C_SLAVE' } : {}
  return Object.assign(new Error(error.message, { cause: error }), { errno, ...refused })
}
