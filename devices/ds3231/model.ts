import {
  ByteRegisters,
  type ChipModel,
  type ChipModelFactory,
  type ModelEnvironment
} from '../../src/simulated.ts'
import { CalendarRegisters } from '../family/clock-chip/model.ts'

const [CONTROL, STATUS, LAST] = [0x0e, 0x0f, 0x12]
const STOPPED = 0x80
/** Bits 6 to 4 of the status read 0. */
const STATUS_BITS = 0x8f

/** A clock that was set, and whose battery has held since. */
export const model: ChipModelFactory = (environment) =>
  new Ds3231Model(environment, environment.clock.now(), 0x08)

/** A clock at its first power-on: only control and status are defined then; the model starts at 2000. */
export const unsetModel: ChipModelFactory = (environment) =>
  new Ds3231Model(environment, Date.UTC(2000, 0, 1), 0x88)

/** The clock without its alarms. */
class Ds3231Model implements ChipModel {
  readonly #calendar: CalendarRegisters
  readonly #registers: ByteRegisters
  #pointer = 0

  constructor({ clock }: ModelEnvironment, time: number, status: number) {
    this.#calendar = new CalendarRegisters(clock, time, true)
    this.#registers = new ByteRegisters({ [CONTROL]: 0x1c, [STATUS]: status })
  }

  write([register, ...values]: Uint8Array): void {
    this.#pointer = register ?? this.#pointer
    for (const value of values) this.#set(this.#next(), value)
  }

  /** The calendar is latched at the start of a read. */
  read(count: number): Uint8Array {
    this.#registers.set(0, ...this.#calendar.get())
    return Uint8Array.from({ length: count }, () => this.#registers.get(this.#next()))
  }

  /** The pointer increments, from the last register to the first. */
  #next(): number {
    const register = this.#pointer
    this.#pointer = register >= LAST ? 0 : register + 1
    return register
  }

  #set(register: number, value: number): void {
    if (register <= 6) this.#calendar.set(register, value)
    else if (register === STATUS) this.#setStatus(value)
    else if (register <= 0x10) this.#registers.set(register, value)
  }

  /** The stop flag can be cleared, not set. */
  #setStatus(value: number): void {
    const kept = this.#registers.get(STATUS) | ~STOPPED
    this.#registers.set(STATUS, value & kept & STATUS_BITS)
  }
}
