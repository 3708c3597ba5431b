import type { Clock } from '../../../src/clock.ts'
import type { I2cAdapter } from '../../../src/hal/linux/i2c-adapter.ts'
import type { ChipModel } from '../../../src/hal/simulated/model.ts'
import { memoryChip } from '../hardware/memory-chip.ts'

/** An error as a system call of the addon gives it. */
export function systemError(errno: number, syscall = 'I2C_SMBUS'): Error {
  return Object.assign(new Error('failed'), { errno, syscall })
}

/** Stands for the adapters of a machine, which the addon opens. */
export class FakeI2cAdapters {
  readonly calls: string[] = []
  /** Errors that the kernel gives for I2C_SLAVE of an address. */
  readonly refused = new Map<number, Error>()
  /** Errors of all transfers with an address. */
  readonly broken = new Map<number, Error>()
  /** How many of the next calls of a name lose the bus to another master. */
  losing: Record<string, number> = {}
  /** Bytes that reads and writes leave out. */
  missing = 0
  opened = 0
  closed = 0
  maxAtOnce = 0
  functions = { smbusQuick: true, smbusReadI2cBlock: true }
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

  open = async (path: string): Promise<I2cAdapter> => {
    this.opened++
    this.calls.push(`open ${path}`)
    return this.#adapter()
  }

  #adapter(): I2cAdapter {
    let open = true
    const call = async <T>(name: string, address: number, work: (chip: ChipModel) => T): Promise<T> => {
      this.calls.push(`${name} ${address.toString(16)}`)
      this.maxAtOnce = Math.max(this.maxAtOnce, ++this.#atOnce)
      try {
        if (!open) throw systemError(-9)
        await this.#clock.sleep(0.5)
        return await this.#transfer(name, address, work)
      } catch (error) {
        throw error instanceof Error && error.name === 'NotAcknowledged' ? systemError(-121) : error
      } finally {
        this.#atOnce--
      }
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

  async #transfer<T>(name: string, address: number, work: (chip: ChipModel) => T): Promise<T> {
    const refused = this.refused.get(address)
    if (refused !== undefined) throw refused
    if (this.#hanging !== undefined) {
      await this.#hanging.promise
      throw systemError(-110)
    }
    const broken = this.broken.get(address)
    if (broken !== undefined) throw broken
    const left = this.losing[name] ?? 0
    this.losing[name] = left - 1
    if (left > 0) throw systemError(-11)
    const chip = this.#chips.get(address)
    if (chip === undefined) throw systemError(-121)
    return work(chip)
  }
}

function memoryChips(): ReadonlyMap<number, ChipModel> {
  return new Map([0x20, 0x50].map((address) => [address, memoryChip()]))
}
