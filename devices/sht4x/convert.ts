/** What a word of all ones stands for: SHT4x datasheet, 4.6. */
const FULL_SCALE = 65535

/** °C */
export function celsius(word: number): number {
  return -45 + (175 * word) / FULL_SCALE
}

/** %RH; 4.6: the formula goes beyond what there is, and is cropped. */
export function relativeHumidity(word: number): number {
  return Math.min(100, Math.max(0, -6 + (125 * word) / FULL_SCALE))
}
