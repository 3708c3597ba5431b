import type { ClockDefinition, I2cDevice, MatchResult, OpenContext } from '../../src/driver.ts'
import { openClockChip } from '../family/clock-chip/source.ts'
import { hasStopped, time } from './convert.ts'
import { ALL, COUNT, MPU6050, WHO_AM_I } from './registers.ts'

export const open: ClockDefinition['open'] = (device, context) =>
  openClockChip(device, { count: COUNT, hasStopped, time }, context)

/** Of the calendar, without the seconds, which may count up. */
const [FROM, TO] = [1, 7]

/** Its address wraps after 12, that of others does not: the calendar is read twice in one transfer. */
export async function identify(
  device: I2cDevice,
  { signal }: Pick<OpenContext, 'signal'>
): Promise<MatchResult> {
  const [number] = await device.writeRead([WHO_AM_I], 1, { signal })
  if (number === MPU6050) return { relative: 'mpu6050' }
  const bytes = await device.writeRead([0], ALL + TO, { signal })
  const again = bytes.subarray(ALL + FROM, ALL + TO)
  const wraps = Buffer.compare(bytes.subarray(FROM, TO), again) === 0
  return wraps && time(bytes) !== undefined ? 'sure' : 'no'
}
