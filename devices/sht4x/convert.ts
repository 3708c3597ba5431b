import { FULL_SCALE } from '../family/sensirion/convert.ts'

export { celsius } from '../family/sensirion/convert.ts'

/** %RH, clamped to 0 and 100: the formula of the SHT4x datasheet, 4.6, goes beyond both. */
export function relativeHumidity(word: number): number {
  return Math.min(100, Math.max(0, -6 + (125 * word) / FULL_SCALE))
}
