import {
  commandWords,
  type I2cDevice,
  isBusError,
  type MatchResult,
  type OpenContext
} from '../../src/driver.ts'
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
