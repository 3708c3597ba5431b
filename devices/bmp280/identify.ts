import type { I2cDevice } from '../../src/hal/bus/i2c-device.ts'
import type { Likeness, OpenContext } from '../../src/hal/sensor.ts'
import { identifyBosch280 } from '../family/bosch-280/identify.ts'
import { BMP280, RELATIVES } from './registers.ts'

export async function ask(
  device: I2cDevice,
  context: Pick<OpenContext, 'clock' | 'signal'>
): Promise<Likeness> {
  return await identifyBosch280(device, context, BMP280, RELATIVES)
}
