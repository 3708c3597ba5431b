import type { PromisifiedBus } from 'i2c-bus'
import type { ChipModel } from '../../../src/hal/simulated/model.ts'
import { EBADF, FakeI2cMachine } from './i2c-machine.ts'

/** An error as a system call in i2c-bus gives it. */
export function systemError(errno: number, code: string): Error {
  return Object.assign(new Error(`${code}, failed`), { errno, code })
}

const CODES: Readonly<Record<number, string>> = {
  9: 'EBADF',
  11: 'EAGAIN',
  110: 'ETIMEDOUT',
  121: 'EREMOTEIO'
}

/**
 * Stands for npm i2c-bus 5.2.3 with its traps: a file for each address that stays although the kernel refused the
 * address, positive numbers from SMBus calls and negative ones from read and write, an empty code for EREMOTEIO, closed
 * files that are still used.
 */
export class FakeI2cModule extends FakeI2cMachine {
  /** Whether a transfer ever went to a file whose address is 0: the general call. */
  generalCalls = 0

  openPromisified = async (busNumber: number): Promise<PromisifiedBus> => {
    this.opened++
    this.calls.push(`open ${busNumber}`)
    return this.#bus()
  }

  #bus(): PromisifiedBus {
    /** By address: the address that the file really speaks to. */
    const files = new Map<number, number>()
    let open = true
    const call = <T>(
      name: string,
      address: number,
      sign: 1 | -1,
      work: (chip: ChipModel) => T
    ): Promise<T> => {
      const fail = (errno: number): Error =>
        systemError(sign * errno, errno === 121 && sign === 1 ? '' : (CODES[errno] ?? ''))
      const select = (): void => {
        if (!open) throw systemError(-EBADF, 'EBADF')
        this.#openFile(files, address)
        if (files.get(address) === 0) this.generalCalls++
      }
      return this.call(name, address, { fail, select }, work)
    }
    const filled = (chip: ChipModel, buffer: Buffer, length: number): { bytesRead: number } => ({
      bytesRead: buffer.fill(chip.read(length)).length - this.missing
    })
    return {
      i2cFuncs: async () => this.functions,
      i2cRead: (address, length, buffer) => call('read', address, -1, (chip) => filled(chip, buffer, length)),
      i2cWrite: (address, length, buffer) =>
        call('write', address, -1, (chip) => {
          chip.write(buffer.subarray(0, length))
          return { bytesWritten: length - this.missing }
        }),
      readI2cBlock: (address, command, length, buffer) =>
        call('block', address, 1, (chip) => {
          chip.write(Uint8Array.of(command))
          return filled(chip, buffer, length)
        }),
      receiveByte: (address) => call('byte', address, 1, (chip) => chip.read(1)[0] ?? 0),
      writeQuick: (address) => call('quick', address, 1, (chip) => chip.write(new Uint8Array())),
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
}
