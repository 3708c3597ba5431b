/** What a word of all ones stands for: SHT3x-DIS datasheet, 4.13; SHT4x, 4.6; SCD4x, read_measurement. */
export const FULL_SCALE = 65535

/** °C, of the SHT3x, SHT4x and SCD4x: the same sections. */
export function celsius(word: number): number {
  return -45 + (175 * word) / FULL_SCALE
}

/** %RH, of the SHT3x and SCD4x; the SHT4x has a formula of its own. */
export function relativeHumidity(word: number): number {
  return (100 * word) / FULL_SCALE
}
