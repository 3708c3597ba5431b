import type { ClockContext } from '../../src/hal/clock-chip.ts'
import { ClockChipSource } from '../../src/hal/clock-chip-source.ts'
import type { I2cDevice } from '../../src/hal/i2c-device.ts'
import type { TimeSource } from '../../src/hal/time-source.ts'
import { hasStopped, time } from './convert.ts'
import { COUNT } from './registers.ts'

export async function open(device: I2cDevice, context: ClockContext): Promise<TimeSource> {
  const source = new ClockChipSource(device, { count: COUNT, hasStopped, time }, context)
  await source.read()
  return source
}
