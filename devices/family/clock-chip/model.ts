import type { Clock } from '../../../src/simulated.ts'

/**
 * The seven timekeeping registers of a simulated clock chip (bcd-calendar.ts has their layout). It counts by
 * the monotonic clock, as a crystal does.
 */
export class CalendarRegisters {
  readonly #clock: Clock
  readonly #hasCentury: boolean
  /** The time shown at the monotonic time `since`; still while halted. */
  #time: number
  #since: number
  #halted = false
  #twelveHours = false
  /** Added to the day of the week, whose first day is free to choose. */
  #weekday = 0

  /** @param time milliseconds since 1970 that it shows now */
  constructor(clock: Clock, time: number, hasCentury: boolean) {
    this.#clock = clock
    this.#hasCentury = hasCentury
    this.#time = time
    this.#since = clock.monotonic()
  }

  get halted(): boolean {
    return this.#halted
  }

  set halted(halted: boolean) {
    this.#time = this.#now()
    this.#since = this.#clock.monotonic()
    this.#halted = halted
  }

  get(): number[] {
    const now = new Date(this.#now())
    const years = now.getUTCFullYear() - 2000
    const century = this.#hasCentury && years >= 100 ? 0x80 : 0
    return [
      encode(now.getUTCSeconds()),
      encode(now.getUTCMinutes()),
      this.#hours(now.getUTCHours()),
      ((now.getUTCDay() + this.#weekday) % 7) + 1,
      encode(now.getUTCDate()),
      encode(now.getUTCMonth() + 1) | century,
      encode(years % 100)
    ]
  }

  /** Writes one of the registers, 0 to 6. */
  set(register: number, value: number): void {
    const registers = this.get()
    registers[register] = value
    const [second = 0, minute = 0, hour = 0, weekday = 0, date = 0, month = 0, year = 0] = registers
    const part = register === 0 ? 0 : this.#now() % 1000
    this.#twelveHours = (hour & 0x40) !== 0
    this.#time =
      Date.UTC(
        2000 + digits(year) + (month & 0x80 ? 100 : 0),
        digits(month & 0x1f) - 1,
        digits(date & 0x3f),
        this.#twelveHours ? (digits(hour & 0x1f) % 12) + (hour & 0x20 ? 12 : 0) : digits(hour & 0x3f),
        digits(minute & 0x7f),
        digits(second & 0x7f)
      ) + part
    this.#weekday = ((weekday & 7) + 13 - new Date(this.#time).getUTCDay()) % 7
    this.#since = this.#clock.monotonic()
  }

  #now(): number {
    return this.#time + (this.#halted ? 0 : this.#clock.monotonic() - this.#since)
  }

  #hours(hour: number): number {
    if (!this.#twelveHours) return encode(hour)
    return 0x40 | (hour >= 12 ? 0x20 : 0) | encode(((hour + 11) % 12) + 1)
  }
}

function encode(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10)
}

function digits(byte: number): number {
  return (byte >> 4) * 10 + (byte & 15)
}
