import type { I2cAdapter } from '../../../src/hal/linux/i2c-adapter.ts'
import type { ChipModel } from '../../../src/hal/simulated/model.ts'
import { EBADF, FakeI2cMachine } from './i2c-machine.ts'

/** An error as a system call of the addon gives it. */
export function systemError(errno: number, syscall = 'I2C_SMBUS'): Error {
  return Object.assign(new Error('failed'), { errno, syscall })
}

/** Stands for the adapters of a machine, which the addon opens. */
export class FakeI2cAdapters extends FakeI2cMachine {
  open = async (path: string): Promise<I2cAdapter> => {
    this.opened++
    this.calls.push(`open ${path}`)
    return this.#adapter()
  }

  #adapter(): I2cAdapter {
    let open = true
    const fail = (errno: number): Error => systemError(-errno)
    const call = <T>(name: string, address: number, work: (chip: ChipModel) => T): Promise<T> => {
      const select = (): void => {
        if (!open) throw fail(EBADF)
        const refused = this.refused.get(address)
        if (refused !== undefined) throw refused
      }
      return this.call(name, address, { fail, select }, work)
    }
    const read = (chip: ChipModel, count: number): Uint8Array =>
      new Uint8Array(Buffer.alloc(count, chip.read(count)).subarray(0, count - this.missing))
    return {
      functions: this.functions,
      read: (address, count) => call('read', address, (chip) => read(chip, count)),
      write: (address, bytes) =>
        call('write', address, (chip) => {
          chip.write(bytes)
          return bytes.length - this.missing
        }),
      readBlock: (address, command, count) =>
        call('block', address, (chip) => {
          chip.write(Uint8Array.of(command))
          return read(chip, count)
        }),
      receiveByte: (address) => call('byte', address, (chip) => chip.read(1)),
      writeQuick: (address) => call('quick', address, (chip) => chip.write(new Uint8Array())),
      close: async () => {
        open = false
        this.closed++
      }
    }
  }
}
