import { type FileHandle, open } from 'node:fs/promises'
import { addon as installed } from '../../installation.ts'

/** What native/i2c.c exports. */
interface I2cAddon {
  functions(file: number): number
  read(file: number, address: number, count: number): Promise<Uint8Array>
  write(file: number, address: number, bytes: Uint8Array): Promise<number>
  readBlock(file: number, address: number, command: number, count: number): Promise<Uint8Array>
  receiveByte(file: number, address: number): Promise<Uint8Array>
  writeQuick(file: number, address: number): Promise<number>
}

/** What an adapter and its driver can do. */
export interface I2cFunctions {
  readonly smbusQuick: boolean
  readonly smbusReadI2cBlock: boolean
}

/**
 * A bus of the kernel that is open. Each call occupies a thread of libuv until the kernel returns, and fails with the
 * errno of the system call: EBUSY of I2C_SLAVE where the address belongs to a driver of the kernel.
 */
export interface I2cAdapter {
  readonly functions: I2cFunctions
  /** @param count 0 to 8192 @returns what came, which may be less */
  read(address: number, count: number): Promise<Uint8Array>
  /** @param bytes 0 to 8192 of them @returns how many went */
  write(address: number, bytes: Uint8Array): Promise<number>
  /** One byte written, then `count` (1 to 32) read after a repeated start. */
  readBlock(address: number, command: number, count: number): Promise<Uint8Array>
  receiveByte(address: number): Promise<unknown>
  /** The address alone, for writing. */
  writeQuick(address: number): Promise<unknown>
  /** Closes its file, once running calls have returned; they are not waited for. */
  close(): Promise<void>
}

/** Opens /dev/i2c-N. @throws Error of a system call */
export type OpenI2cAdapter = (path: string) => Promise<I2cAdapter>

/** Bits of I2C_FUNCS [include/uapi/linux/i2c.h]. */
const SMBUS_QUICK = 0x0001_0000
const SMBUS_READ_I2C_BLOCK = 0x0400_0000

/** @throws Error where the addon is not built for this machine */
export function addonAdapter(): OpenI2cAdapter {
  const addon = installed<I2cAddon>('i2c')
  return async (path) => {
    const file = await open(path, 'r+')
    try {
      return new LinuxI2cAdapter(addon, file)
    } catch (error) {
      await file.close()
      throw error
    }
  }
}

class LinuxI2cAdapter implements I2cAdapter {
  readonly functions: I2cFunctions
  readonly #addon: I2cAddon
  readonly #file: FileHandle
  #running = 0
  #closing = false

  constructor(addon: I2cAddon, file: FileHandle) {
    const bits = addon.functions(file.fd)
    this.functions = {
      smbusQuick: (bits & SMBUS_QUICK) !== 0,
      smbusReadI2cBlock: (bits & SMBUS_READ_I2C_BLOCK) !== 0
    }
    this.#addon = addon
    this.#file = file
  }

  read(address: number, count: number): Promise<Uint8Array> {
    return this.#call((file) => this.#addon.read(file, address, count))
  }

  write(address: number, bytes: Uint8Array): Promise<number> {
    return this.#call((file) => this.#addon.write(file, address, bytes))
  }

  readBlock(address: number, command: number, count: number): Promise<Uint8Array> {
    return this.#call((file) => this.#addon.readBlock(file, address, command, count))
  }

  receiveByte(address: number): Promise<unknown> {
    return this.#call((file) => this.#addon.receiveByte(file, address))
  }

  writeQuick(address: number): Promise<unknown> {
    return this.#call((file) => this.#addon.writeQuick(file, address))
  }

  async close(): Promise<void> {
    this.#closing = true
    if (this.#running === 0) await this.#file.close()
  }

  /** The number of a file that was closed may become that of another file, which a call would write to. */
  async #call<T>(work: (file: number) => Promise<T>): Promise<T> {
    this.#running++
    try {
      return await work(this.#file.fd)
    } finally {
      this.#running--
      if (this.#closing && this.#running === 0) await this.#file.close()
    }
  }
}
