/** What a word of all ones stands for: SHT3x-DIS datasheet, 4.13. */
const FULL_SCALE = 65535

/** °C */
export function celsius(word: number): number {
  return -45 + (175 * word) / FULL_SCALE
}

/** %RH */
export function relativeHumidity(word: number): number {
  return (100 * word) / FULL_SCALE
}
