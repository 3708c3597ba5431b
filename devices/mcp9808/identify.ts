import type { I2cDevice } from '../../src/hal/bus/i2c-device.ts'
import { readWord } from '../../src/hal/driver-kit/word-register.ts'
import type { MatchResult, OpenContext } from '../../src/hal/sensor.ts'
import * as chip from './registers.ts'

export async function ask(device: I2cDevice, { signal }: Pick<OpenContext, 'signal'>): Promise<MatchResult> {
  if ((await readWord(device, chip.MANUFACTURER, { signal })) !== chip.MICROCHIP) return 'no'
  const identity = (await readWord(device, chip.IDENTITY, { signal })) >> 8
  const relative = chip.LOOK_ALIKES.get(identity)
  if (identity === chip.MCP9808) return 'sure'
  return relative === undefined ? 'no' : { relative }
}
