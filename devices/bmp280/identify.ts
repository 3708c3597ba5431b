import { identifyBosch280 } from '../../src/hal/bosch-280/identify.ts'
import type { I2cDevice } from '../../src/hal/i2c-device.ts'
import type { Likeness, OpenContext } from '../../src/hal/sensor.ts'
import { BMP280, RELATIVES } from './registers.ts'

export async function ask(
  device: I2cDevice,
  context: Pick<OpenContext, 'clock' | 'signal'>
): Promise<Likeness> {
  return await identifyBosch280(device, context, BMP280, RELATIVES)
}
