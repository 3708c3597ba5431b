import type { I2cDevice, MatchResult, OpenContext } from '../../src/driver.ts'
import { identifyBosch280 } from '../family/bosch-280/identify.ts'
import { BMP280, LOOK_ALIKES } from './registers.ts'

export async function ask(
  device: I2cDevice,
  context: Pick<OpenContext, 'clock' | 'signal'>
): Promise<MatchResult> {
  return await identifyBosch280(device, context, BMP280, LOOK_ALIKES)
}
