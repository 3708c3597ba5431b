import type { I2cDevice, MatchResult, OpenContext } from '../../src/driver.ts'
import { DPS310, IDENTITY } from './registers.ts'

export async function ask(device: I2cDevice, { signal }: Pick<OpenContext, 'signal'>): Promise<MatchResult> {
  const [found] = await device.writeRead([IDENTITY], 1, { signal })
  return found === DPS310 ? 'sure' : 'no'
}
