import { calendarTime } from '../family/clock-chip/bcd-calendar.ts'
import { CLOCK_HALTED, CONTROL, OSCILLATOR_STOPPED, SECONDS } from './registers.ts'

/** @param registers 00 to 07 */
export function hasStopped(registers: Uint8Array): boolean {
  const [halted = 0, stopped = 0] = [registers[SECONDS], registers[CONTROL]]
  return (halted & CLOCK_HALTED) !== 0 || (stopped & OSCILLATOR_STOPPED) !== 0
}

/** Milliseconds since 1970, 2000 to 2099; undefined where the registers are no date and time. */
export function time(registers: Uint8Array): number | undefined {
  return calendarTime(registers, false)
}
