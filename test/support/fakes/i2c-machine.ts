import type { Clock } from '../../../src/clock.ts'
import type { ChipModel } from '../../../src/hal/simulated/model.ts'
import { memoryChip } from '../hardware/memory-chip.ts'

/** How a kind of stand-in says the errors of the kernel: errno (positive), by the call. */
export type Failure = (errno: number) => Error

/** Chips on a bus of the kernel, and what may go wrong there: the part that stand-ins for the addon and for i2c-bus share. */
export class FakeI2cMachine {
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

  /** One call. @param select takes its file to the address, or throws as I2C_SLAVE does */
  protected async call<T>(
    name: string,
    address: number,
    { fail, select }: { readonly fail: Failure; readonly select: () => void },
    work: (chip: ChipModel) => T
  ): Promise<T> {
    this.calls.push(`${name} ${address.toString(16)}`)
    this.maxAtOnce = Math.max(this.maxAtOnce, ++this.#atOnce)
    try {
      await this.#clock.sleep(0.5)
      select()
      await this.#transfer(name, address, fail)
      const chip = this.#chips.get(address)
      if (chip === undefined) throw fail(EREMOTEIO)
      return work(chip)
    } catch (error) {
      throw error instanceof Error && error.name === 'NotAcknowledged' ? fail(EREMOTEIO) : error
    } finally {
      this.#atOnce--
    }
  }

  async #transfer(name: string, address: number, fail: Failure): Promise<void> {
    if (this.#hanging !== undefined) {
      await this.#hanging.promise
      throw fail(ETIMEDOUT)
    }
    const broken = this.broken.get(address)
    if (broken !== undefined) throw broken
    const left = this.losing[name] ?? 0
    this.losing[name] = left - 1
    if (left > 0) throw fail(EAGAIN)
  }
}

export const EBADF = 9
const EAGAIN = 11
const ETIMEDOUT = 110
const EREMOTEIO = 121

function memoryChips(): ReadonlyMap<number, ChipModel> {
  return new Map([0x20, 0x50].map((address) => [address, memoryChip()]))
}
