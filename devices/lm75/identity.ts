import { type I2cDevice, view } from '../../src/driver.ts'
import type { PartIdentity } from './registers.ts'

/** What the register has that tells the type. */
export async function readIdentity(
  device: I2cDevice,
  { register, bits }: PartIdentity,
  signal: AbortSignal
): Promise<number> {
  const bytes = view(await device.writeRead([register], bits / 8, { signal }))
  return bits === 8 ? bytes.getUint8(0) : bytes.getUint16(0)
}
