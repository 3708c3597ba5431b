import type { ClockDefinition, I2cDevice, MatchResult, OpenContext } from '../../src/driver.ts'
import { openClockChip } from '../family/clock-chip/source.ts'
import { hasStopped, time } from './convert.ts'
import { ALWAYS_ZERO, CLOCK_HALTED, CONTROL, COUNT, SECONDS } from './registers.ts'

export const open: ClockDefinition['open'] = (device, context) =>
  openClockChip(device, { count: COUNT, hasStopped, time }, context)

/** The chip has no identity register: a valid calendar, and bits that are always 0. */
export async function identify(
  type: keyof typeof ALWAYS_ZERO,
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const [seconds = 0xff, ...rest] = await device.writeRead([SECONDS], COUNT, { signal })
  const registers = Uint8Array.of(seconds & ~CLOCK_HALTED, ...rest)
  const fits = ((registers[CONTROL] ?? 0xff) & ALWAYS_ZERO[type]) === 0
  return fits && time(registers) !== undefined ? 'maybe' : 'no'
}
