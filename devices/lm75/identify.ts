import type { I2cDevice, MatchResult, OpenContext } from '../../src/driver.ts'
import { hasLimits } from '../family/temperature-limits.ts'
import { readIdentity } from './identity.ts'
import { CONFIGURATION, PARTS, type Part, type PartName } from './registers.ts'

/** Where there is no identity register: bits that are always 0, and the limits of power-on. */
export async function ask(
  type: PartName,
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const { identity, unused }: Part = PARTS[type]
  if (identity !== undefined)
    return (await readIdentity(device, identity, signal)) === identity.value ? 'sure' : 'no'
  const [first = 0, second = 0] = await device.writeRead([CONFIGURATION], 2, { signal })
  // A register of one byte is read again, or as ff; that of a tmp102 has a second byte of its own.
  const oneByte = second === first || second === 0xff
  return oneByte && (first & unused) === 0 && (await hasLimits(device, { signal })) ? 'maybe' : 'no'
}
