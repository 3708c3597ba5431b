import { type I2cDevice, type MatchResult, type OpenContext, readWord } from '../../src/driver.ts'
import { BUS_32_V, CONFIGURATION, ONCE } from './registers.ts'

/** Reset, a bit that is always 0, the range of the bus voltage; and the mode. */
const [UPPER, MODE] = [0xe000, 0x0007]
/** SBOS448, configuration register: the mode after a reset. */
const CONTINUOUS = 7

/** There is no identity; it has the range and one of the modes of a reset (399f), or of its driver here. */
export async function ask(device: I2cDevice, { signal }: Pick<OpenContext, 'signal'>): Promise<MatchResult> {
  const word = await readWord(device, CONFIGURATION, { signal })
  const mode = word & MODE
  return (word & UPPER) === BUS_32_V && (mode === CONTINUOUS || mode === ONCE) ? 'maybe' : 'no'
}
