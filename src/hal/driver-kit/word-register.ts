import type { I2cDevice } from '../bus/i2c-device.ts'
import type { TransferOptions } from '../i2c.ts'
import { view } from '../register-bytes.ts'

/** Reads a 16-bit register, high byte first. */
export async function readWord(
  device: I2cDevice,
  register: number,
  options: TransferOptions
): Promise<number> {
  return view(await device.writeRead([register], 2, options)).getUint16(0)
}

/** Writes a 16-bit register, high byte first. */
export async function writeWord(
  device: I2cDevice,
  register: number,
  word: number,
  options: TransferOptions
): Promise<void> {
  await device.write([register, word >> 8, word & 0xff], options)
}
