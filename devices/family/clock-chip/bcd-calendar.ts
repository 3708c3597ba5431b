// Date and time as the clocks of the DS1307 family hold them, in seven registers of binary-coded decimals:
//
//   0  seconds        00-59
//   1  minutes        00-59
//   2  hours          00-23, or 01-12 with bit 6 set, and then bit 5 for PM
//   3  day of week    1-7, from any first day
//   4  date           01-31
//   5  month          01-12, bit 7 for the century where the chip has one
//   6  year           00-99
//
// All other bits read 0. [Maxim DS3231 and DS1307 datasheets, "Timekeeping Registers"]

const CENTURY = 0x80
const TWELVE_HOURS = 0x40
const PM = 0x20
const WEEKDAY = 0x07

/**
 * Milliseconds since 1970 of seven registers, or undefined where no date and time has them. The registers are
 * taken to be UTC of the years from 2000 on.
 * @param hasCentury whether bit 7 of the month means one hundred years more
 */
export function calendarTime(registers: Uint8Array, hasCentury: boolean): number | undefined {
  const [second = 0, minute = 0, hour = 0, weekday = 0, date = 0, month = 0, year = 0] = registers
  const century = hasCentury ? month & CENTURY : 0
  const fields = [
    2000 + decimal(year) + (century === 0 ? 0 : 100),
    decimal(month & ~century) - 1,
    decimal(date),
    hours(hour),
    decimal(minute),
    decimal(second)
  ] as const
  const time = Date.UTC(...fields)
  return (weekday & ~WEEKDAY) === 0 && isSame(new Date(time), fields) ? time : undefined
}

function hours(register: number): number {
  if ((register & TWELVE_HOURS) === 0) return decimal(register)
  const hour = decimal(register & ~(TWELVE_HOURS | PM))
  // 12 AM is the hour 0, 12 PM the hour 12.
  return hour < 1 || hour > 12 ? Number.NaN : (hour % 12) + (register & PM ? 12 : 0)
}

/** NaN where a digit is none. */
function decimal(byte: number): number {
  const [tens, ones] = [byte >> 4, byte & 0x0f]
  return tens > 9 || ones > 9 ? Number.NaN : 10 * tens + ones
}

/** Date.UTC takes a 31st of February for a day of March. */
function isSame(date: Date, fields: readonly number[]): boolean {
  const parts = [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds()
  ]
  return parts.every((part, index) => part === fields[index])
}
