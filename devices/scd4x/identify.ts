import type { I2cDevice } from '../../src/hal/bus/i2c-device.ts'
import { commandWords } from '../../src/hal/driver-kit/command-words.ts'
import { isBusError } from '../../src/hal/i2c.ts'
import type { MatchResult, OpenContext } from '../../src/hal/sensor.ts'
import { DATA_READY, SERIAL_NUMBER } from './registers.ts'

/** One that measures does not tell its serial number, but whether it has data. */
export async function ask(
  device: I2cDevice,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<MatchResult> {
  try {
    await commandWords(clock, device, SERIAL_NUMBER, signal)
  } catch (error) {
    if (!isBusError(error)) throw error
    await commandWords(clock, device, DATA_READY, signal)
  }
  return 'sure'
}
