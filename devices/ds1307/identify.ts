import type { I2cDevice, MatchResult, OpenContext } from '../../src/driver.ts'
import { time } from './convert.ts'
import { CLOCK_HALTED, CONTROL, COUNT, SECONDS } from './registers.ts'

/** Of the control register: DS1307, table 2, and DS1338, table 3, which has a bit more. */
const ALWAYS_ZERO = { ds1307: 0x6c, ds1338: 0x4c } as const

/** There is no identity: a calendar, and bits that are always 0. */
export async function ask(
  type: keyof typeof ALWAYS_ZERO,
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const [seconds = 0xff, ...rest] = await device.writeRead([SECONDS], COUNT, { signal })
  const registers = Uint8Array.of(seconds & ~CLOCK_HALTED, ...rest)
  const fits = ((registers[CONTROL] ?? 0xff) & ALWAYS_ZERO[type]) === 0
  return fits && time(registers) !== undefined ? 'maybe' : 'no'
}
