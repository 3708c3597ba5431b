import { FULL_SCALE } from '../family/sensirion/convert.ts'

export { celsius, relativeHumidity } from '../family/sensirion/convert.ts'

const PARTS_PER_MILLION = 1000000

/** A ratio: the word is in ppm. */
export function co2Ratio(word: number): number {
  return word / PARTS_PER_MILLION
}

/** The word of set_temperature_offset. @param celsius °C */
export function temperatureOffsetWord(celsius: number): number {
  return Math.round((celsius * FULL_SCALE) / 175)
}
