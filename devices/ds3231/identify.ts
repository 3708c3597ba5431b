import type { I2cDevice, MatchResult, OpenContext } from '../../src/driver.ts'
import { time } from './convert.ts'

/** The MPU-6050's kin have this address, and their own number in a register [RM-MPU-6000A, WHO_AM_I]. */
const WHO_AM_I = 0x75
const MPU6050 = 0x68
/** 19-5170, "Address map": behind the last register, 12, comes the first. */
const REGISTERS = 0x13
/** Of the calendar, without the seconds, which may count up. */
const [FROM, TO] = [1, 7]

/** Its registers end where those of others go on: the calendar is read twice in one go. */
export async function ask(device: I2cDevice, { signal }: Pick<OpenContext, 'signal'>): Promise<MatchResult> {
  const [number] = await device.writeRead([WHO_AM_I], 1, { signal })
  if (number === MPU6050) return { relative: 'mpu6050' }
  const bytes = await device.writeRead([0], REGISTERS + TO, { signal })
  const again = bytes.subarray(REGISTERS + FROM, REGISTERS + TO)
  const wraps = Buffer.compare(bytes.subarray(FROM, TO), again) === 0
  return wraps && time(bytes) !== undefined ? 'sure' : 'no'
}
