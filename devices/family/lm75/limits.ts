import { type I2cDevice, readWord, type TransferOptions } from '../../../src/driver.ts'

/** Registers of the LM75 family that no driver here writes: 75 and 80 °C after power-on [SNIS153]. */
const LIMITS = [
  { register: 0x02, reset: 0x4b00 },
  { register: 0x03, reset: 0x5000 }
] as const

/** Whether a chip has the limits of the LM75 family as they are after power-on. */
export async function hasLimits(device: I2cDevice, options: TransferOptions): Promise<boolean> {
  for (const { register, reset } of LIMITS)
    if ((await readWord(device, register, options)) !== reset) return false
  return true
}
