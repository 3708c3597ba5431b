import {
  ByteRegisters,
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment
} from '../../src/simulated.ts'
import { CalendarRegisters } from '../family/clock-chip/model.ts'

const [SECONDS, WEEKDAY, CONTROL, LAST] = [0x00, 0x03, 0x07, 0x3f]
const HALT = 0x80
const STOPPED = 0x20

/** The bits of the control register that exist. */
interface Variant {
  readonly control: number
  /** After the first power-on; in the ds1338 the flag of a stopped oscillator is set. */
  readonly initial: number
}
const DS1307: Variant = { control: 0x93, initial: 0x03 }
const DS1338: Variant = { control: 0xb3, initial: 0xb3 }

/** Clocks that were set, and whose batteries have held since. */
export const ds1307Model: ChipModelFactory = (environment) => setModel(environment, DS1307)
export const ds1338Model: ChipModelFactory = (environment) => setModel(environment, DS1338)

/** Clocks at their first power-on: halted, "typically reset to 01/01/00 01 00:00:00" (DS1307). */
export const unsetDs1307Model: ChipModelFactory = (environment) => unsetModel(environment, DS1307)
export const unsetDs1338Model: ChipModelFactory = (environment) => unsetModel(environment, DS1338)

function setModel(environment: ModelEnvironment, variant: Variant): ChipModel {
  return new Ds1307Model(environment, environment.clock.now(), variant, 0x00)
}

function unsetModel(environment: ModelEnvironment, variant: Variant): ChipModel {
  const chip = new Ds1307Model(environment, Date.UTC(2000, 0, 1), variant, variant.initial)
  chip.write(Uint8Array.of(WEEKDAY, 1))
  chip.write(Uint8Array.of(SECONDS, HALT))
  return chip
}

class Ds1307Model implements ChipModel {
  readonly #calendar: CalendarRegisters
  readonly #registers: ByteRegisters
  readonly #variant: Variant
  #pointer = 0

  constructor({ clock }: ModelEnvironment, time: number, variant: Variant, control: number) {
    this.#calendar = new CalendarRegisters(clock, time, false)
    this.#variant = variant
    this.#registers = new ByteRegisters({ [CONTROL]: control })
  }

  write([register, ...values]: Uint8Array): void {
    this.#pointer = register ?? this.#pointer
    for (const value of values) this.#set(this.#next(), value)
  }

  /** The calendar is latched at the start of a read. */
  read(count: number): Uint8Array {
    const [seconds = 0, ...others] = this.#calendar.get()
    this.#registers.set(SECONDS, seconds | (this.#calendar.halted ? HALT : 0), ...others)
    return Uint8Array.from({ length: count }, () => this.#registers.get(this.#next()))
  }

  /** The pointer increments, from the last byte of memory to the first register. */
  #next(): number {
    const register = this.#pointer
    this.#pointer = register >= LAST ? 0 : register + 1
    return register
  }

  #set(register: number, value: number): void {
    if (register === CONTROL) this.#setControl(value)
    else if (register > CONTROL) this.#registers.set(register, value)
    else this.#calendar.set(register, value)
    if (register === SECONDS) this.#calendar.halted = (value & HALT) !== 0
  }

  /** The stop flag can be cleared, not set. */
  #setControl(value: number): void {
    const kept = this.#registers.get(CONTROL) | ~STOPPED
    this.#registers.set(CONTROL, value & kept & this.#variant.control)
  }
}
