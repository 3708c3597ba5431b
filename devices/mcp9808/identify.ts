import { type I2cDevice, type MatchResult, type OpenContext, readWord } from '../../src/driver.ts'
import * as chip from './registers.ts'

export async function ask(device: I2cDevice, { signal }: Pick<OpenContext, 'signal'>): Promise<MatchResult> {
  if ((await readWord(device, chip.MANUFACTURER, { signal })) !== chip.MICROCHIP) return 'no'
  const identity = (await readWord(device, chip.IDENTITY, { signal })) >> 8
  const relative = chip.LOOK_ALIKES.get(identity)
  if (identity === chip.MCP9808) return 'sure'
  return relative === undefined ? 'no' : { relative }
}
