import type { I2cDevice, MatchResult, OpenContext } from '../../src/driver.ts'
import { NO_STATUS } from './registers.ts'

/** A plain read tells its status: a write would set the pins of a port expander. */
export async function ask(device: I2cDevice, { signal }: Pick<OpenContext, 'signal'>): Promise<MatchResult> {
  const [status] = await device.read(1, { signal })
  return status === NO_STATUS ? 'no' : 'maybe'
}
