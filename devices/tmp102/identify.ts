import { type I2cDevice, type MatchResult, type OpenContext, readWord } from '../../src/driver.ts'
import { hasLimits } from '../family/temperature-limits.ts'
import { CONFIGURATION, RESERVED, RESOLUTION } from './registers.ts'

/** There is no identity: constant bits of the configuration, and the limits of power-on. */
export async function ask(device: I2cDevice, { signal }: Pick<OpenContext, 'signal'>): Promise<MatchResult> {
  const word = await readWord(device, CONFIGURATION, { signal })
  const constant = (word & (RESOLUTION | RESERVED)) === RESOLUTION
  return constant && (await hasLimits(device, { signal })) ? 'maybe' : 'no'
}
