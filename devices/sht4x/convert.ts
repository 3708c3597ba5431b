import { FULL_SCALE } from '../family/sensirion/convert.ts'

export { celsius } from '../family/sensirion/convert.ts'

/** %RH: SHT4x datasheet, 4.6; the formula goes from -6 to 119. */
export function relativeHumidity(word: number): number {
  return -6 + (125 * word) / FULL_SCALE
}
