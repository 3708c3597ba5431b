import { formatAddress } from '../../units.ts'
import type { Imperfection } from './imperfect-conditions.ts'

/** Faults of one chip. */
export type ChipFault =
  /** Nothing answers at the address, as with a loose wire; the chip keeps its state. */
  | 'no-acknowledge-address'
  /** The address is acknowledged, a data byte is not. */
  | 'no-acknowledge-data'
  /** The last byte of every read is wrong: its CRC fails. */
  | 'bad-crc'
  /** Every bit read is 1, or 0: a broken data line. */
  | 'stuck-high'
  | 'stuck-low'
  /** Every read gives random bytes. */
  | 'garbage'
  /** Conversions never finish: the chip's clock is stopped. */
  | 'never-ready'
  /** No power: nothing answers, and the chip is as after power-on when the fault is cleared. */
  | 'unplugged'

/** An imperfection and its start in milliseconds since 1970. */
interface Since {
  readonly since: number
  readonly what: Imperfection
}

/** Faults on demand, by bus and address, set and cleared at run time. */
export class Faults {
  #chips = new Map<string, ChipFault>()
  #hanging = new Map<string, PromiseWithResolvers<void>>()
  #powerCycles = new Map<string, number>()
  #imperfections = new Map<string, Since>()
  #owned = new Set<string>()

  /** Sets the fault of the chip, in place of any other, until it is cleared. */
  set(bus: string, address: number, fault: ChipFault): void {
    this.#chips.set(place(bus, address), fault)
    if (fault === 'unplugged') this.brownOut(bus, address)
  }

  clear(bus: string, address: number): void {
    this.#chips.delete(place(bus, address))
  }

  /** Interrupts the chip's power: its registers are as after power-on. */
  brownOut(bus: string, address: number): void {
    this.#powerCycles.set(place(bus, address), this.powerCycles(bus, address) + 1)
  }

  /** A kernel driver takes the address, on a bus of the machine, whether there is a chip or not. */
  own(bus: string, address: number): void {
    this.#owned.add(place(bus, address))
  }

  isOwned(bus: string, address: number): boolean {
    return this.#owned.has(place(bus, address))
  }

  /** The lines of the bus are held low: no transfer ends before unhang(). */
  hang(bus: string): void {
    if (!this.#hanging.has(bus)) this.#hanging.set(bus, Promise.withResolvers())
  }

  unhang(bus: string): void {
    this.#hanging.get(bus)?.resolve()
    this.#hanging.delete(bus)
  }

  /** From now on the chip measures with this imperfection. @param since milliseconds since 1970 */
  spoil(bus: string, address: number, what: Imperfection, since: number): void {
    this.#imperfections.set(place(bus, address), { since, what })
  }

  imperfection(bus: string, address: number): Since | undefined {
    return this.#imperfections.get(place(bus, address))
  }

  of(bus: string, address: number): ChipFault | undefined {
    return this.#chips.get(place(bus, address))
  }

  /** Number of times that the chip has lost its power. */
  powerCycles(bus: string, address: number): number {
    return this.#powerCycles.get(place(bus, address)) ?? 0
  }

  /** Resolves when the bus is released; undefined where it is free. */
  hanging(bus: string): Promise<void> | undefined {
    return this.#hanging.get(bus)?.promise
  }
}

function place(bus: string, address: number): string {
  return `${formatAddress(address)} on ${bus}`
}
