import { hex, type I2cDevice, type MatchResult, type OpenContext } from '../../../src/driver.ts'
import { IDENTITY } from './registers.ts'

/** A multiplexer of the same address keeps what it is sent, and connects those channels [SCPS207, control register]. */
const NO_CHANNELS = 0x00

/** @param lookAlikes identities of chips that share address and register, and their names */
export async function identifyBosch280(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>,
  expected: number,
  lookAlikes: ReadonlyMap<number, string>
): Promise<MatchResult> {
  const [found = 0] = await device.writeRead([IDENTITY], 1, { signal })
  if (found === expected) return 'sure'
  const relative = lookAlikes.get(found)
  if (relative !== undefined) return { relative }
  if (found !== IDENTITY) return 'no'
  await device.write([NO_CHANNELS], { signal })
  return { relative: `tca9548a multiplexer: it keeps the ${hex(IDENTITY, 2)} that it was sent` }
}
