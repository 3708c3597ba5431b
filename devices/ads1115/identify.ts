import { type I2cDevice, type MatchResult, type OpenContext, readWord } from '../../src/driver.ts'

/** SBAS444, table "Lo_thresh and Hi_thresh": registers that its driver never writes, after power-on. */
const LOW_THRESHOLD = { register: 0x02, reset: 0x8000 }
const HIGH_THRESHOLD = { register: 0x03, reset: 0x7fff }

/** There is no identity. */
export async function ask(device: I2cDevice, { signal }: Pick<OpenContext, 'signal'>): Promise<MatchResult> {
  for (const { register, reset } of [LOW_THRESHOLD, HIGH_THRESHOLD])
    if ((await readWord(device, register, { signal })) !== reset) return 'no'
  return 'maybe'
}
