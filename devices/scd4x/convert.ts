/** What a word of all ones stands for: SCD4x datasheet, read_measurement. */
const FULL_SCALE = 65535
const PARTS_PER_MILLION = 1000000

/** A ratio: the word is in ppm. */
export function co2Ratio(word: number): number {
  return word / PARTS_PER_MILLION
}

/** °C */
export function celsius(word: number): number {
  return -45 + (175 * word) / FULL_SCALE
}

/** %RH */
export function relativeHumidity(word: number): number {
  return (100 * word) / FULL_SCALE
}

/** The word for °C of set_temperature_offset. */
export function temperatureOffsetWord(celsius: number): number {
  return Math.round((celsius * FULL_SCALE) / 175)
}
