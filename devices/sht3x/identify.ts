import { askWords } from '../../src/hal/ask-words.ts'
import type { I2cDevice } from '../../src/hal/i2c-device.ts'
import type { Likeness, OpenContext } from '../../src/hal/sensor.ts'
import { SERIAL_NUMBER } from './registers.ts'

/** Of the chips with this address none other answers the question with fitting checksums. */
export async function ask(
  device: I2cDevice,
  { clock, signal }: Pick<OpenContext, 'clock' | 'signal'>
): Promise<Likeness> {
  await askWords(clock, device, SERIAL_NUMBER, signal)
  return 'sure'
}
