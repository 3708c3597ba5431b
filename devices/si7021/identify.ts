import { commandWords, type I2cDevice, type MatchResult, type OpenContext } from '../../src/driver.ts'
import * as chip from './registers.ts'

/**
 * The user register is asked first: to others of the address (PCA9685) the rest would be an order, and fe, the
 * maker of TI's chips, resets these.
 */
export async function askSi7021(
  device: I2cDevice,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<MatchResult> {
  if ((await userRegister(device, signal)) !== chip.SI7021_USER) return 'no'
  const [number = 0] = await commandWords(clock, device, chip.SERIAL_NUMBER, signal)
  const relative = chip.OTHER_PARTS.get(number >> 8)
  if (number >> 8 === chip.SI7021_PART) return 'sure'
  return relative === undefined ? 'no' : { relative }
}

/** It has no part number, but its values have a checksum. */
export async function askHtu21d(
  device: I2cDevice,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<MatchResult> {
  if ((await userRegister(device, signal)) !== chip.HTU21D_USER) return 'no'
  await commandWords(clock, device, chip.MEASURE_TEMPERATURE, signal)
  return 'sure'
}

/** Without the bits of resolution, heater and supply. */
async function userRegister(device: I2cDevice, signal: AbortSignal): Promise<number> {
  const [user = 0] = await device.writeRead([chip.USER_REGISTER], 1, { signal })
  return user & chip.USER_FIXED
}
