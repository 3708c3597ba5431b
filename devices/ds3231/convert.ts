import { calendarTime } from '../family/clock-chip/bcd-calendar.ts'
import { OSCILLATOR_STOPPED, STATUS } from './registers.ts'

/** @param registers 00 to 0f */
export function hasStopped(registers: Uint8Array): boolean {
  return ((registers[STATUS] ?? OSCILLATOR_STOPPED) & OSCILLATOR_STOPPED) !== 0
}

/** Milliseconds since 1970, 2000 to 2199; undefined where the registers are no date and time. */
export function time(registers: Uint8Array): number | undefined {
  return calendarTime(registers, true)
}
