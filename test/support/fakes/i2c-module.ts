import type { PromisifiedBus } from 'i2c-bus'
import type { Clock } from '../../../src/clock.ts'
import type { ChipModel } from '../../../src/hal/simulated/model.ts'
import { memoryChip } from '../hardware/memory-chip.ts'

/** An error as a system call in i2c-bus gives it. */
export function systemError(errno: number, code: string): Error {
  return Object.assign(new Error(`${code}, failed`), { errno, code })
}

/**
 * Stands for npm i2c-bus 5.2.3 with its traps: a file for each address that stays although the kernel
 * refused the address, positive numbers from SMBus calls and negative ones from read and write, an empty
 * code for EREMOTEIO, closed files that are still used.
 */
export class FakeI2cModule {
  readonly calls: string[] = []
  /** Errors that the kernel gives for the next I2C_SLAVE of an address. */
  readonly refused = new Map<number, Error>()
  /** Errors of all transfers with an address. */
  readonly broken = new Map<number, Error>()
  /** How many of the next calls of a name lose the bus to another master. */
  losing: Record<string, number> = {}
  /** Bytes that read(2) and write(2) leave out. */
  missing = 0
  opened = 0
  closed = 0
  maxAtOnce = 0
  /** Whether a transfer ever went to a file whose address is 0: the general call. */
  generalCalls = 0
  funcs = { smbusQuick: true, smbusReadI2cBlock: true }
  readonly #clock: Clock
  readonly #chips: ReadonlyMap<number, ChipModel>
  #hanging: PromiseWithResolvers<void> | undefined
  #atOnce = 0

  constructor(clock: Clock, chips: ReadonlyMap<number, ChipModel> = memoryChips()) {
    this.#clock = clock
    this.#chips = chips
  }

  hang(): () => void {
    const hanging = Promise.withResolvers<void>()
    this.#hanging = hanging
    return () => {
      this.#hanging = undefined
      hanging.resolve()
    }
  }

  openPromisified = async (busNumber: number): Promise<PromisifiedBus> => {
    this.opened++
    this.calls.push(`open ${busNumber}`)
    return this.#bus()
  }

  #bus(): PromisifiedBus {
    /** By address: the address that the file really speaks to. */
    const files = new Map<number, number>()
    let open = true
    const call = async <T>(name: string, address: number, sign: 1 | -1, work: () => T): Promise<T> => {
      this.calls.push(`${name} ${address.toString(16)}`)
      this.maxAtOnce = Math.max(this.maxAtOnce, ++this.#atOnce)
      try {
        if (!open) throw systemError(-9, 'EBADF')
        await this.#clock.sleep(0.5)
        this.#openFile(files, address)
        await this.#transferred(address)
        if (files.get(address) === 0) this.generalCalls++
        this.#arbitrated(name)
        if (!this.#chips.has(address)) throw systemError(sign * 121, sign === 1 ? '' : 'EREMOTEIO')
        return work()
      } catch (error) {
        const refused = error instanceof Error && error.name === 'NotAcknowledged'
        throw refused ? systemError(sign * 121, sign === 1 ? '' : 'EREMOTEIO') : error
      } finally {
        this.#atOnce--
      }
    }
    const chip = (address: number) => this.#chips.get(address) ?? memoryChip()
    return {
      i2cFuncs: async () => this.funcs,
      i2cRead: (address, length, buffer) =>
        call('read', address, -1, () => ({
          bytesRead: buffer.fill(chip(address).read(length)).length - this.missing
        })),
      i2cWrite: (address, length, buffer) =>
        call('write', address, -1, () => {
          chip(address).write(buffer.subarray(0, length))
          return { bytesWritten: length - this.missing }
        }),
      readI2cBlock: (address, command, length, buffer) =>
        call('block', address, 1, () => {
          chip(address).write(Uint8Array.of(command))
          return { bytesRead: buffer.fill(chip(address).read(length)).length - this.missing }
        }),
      receiveByte: (address) => call('byte', address, 1, () => chip(address).read(1)[0] ?? 0),
      writeQuick: (address) => call('quick', address, 1, () => chip(address).write(new Uint8Array())),
      close: async () => {
        open = false
        this.closed++
      }
    }
  }

  /** The file is kept before I2C_SLAVE has succeeded (i2c-bus.js, `peripheral`). */
  #openFile(files: Map<number, number>, address: number): void {
    if (files.has(address)) return
    const error = this.refused.get(address)
    files.set(address, error === undefined ? address : 0)
    if (error !== undefined) throw error
  }

  #arbitrated(name: string): void {
    const left = this.losing[name] ?? 0
    this.losing[name] = left - 1
    if (left > 0) throw systemError(-11, 'EAGAIN')
  }

  async #transferred(address: number): Promise<void> {
    if (this.#hanging !== undefined) {
      await this.#hanging.promise
      throw systemError(110, 'ETIMEDOUT')
    }
    const error = this.broken.get(address)
    if (error !== undefined) throw error
  }
}

function memoryChips(): ReadonlyMap<number, ChipModel> {
  return new Map([0x20, 0x50].map((address) => [address, memoryChip()]))
}
