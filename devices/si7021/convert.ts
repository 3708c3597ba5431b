import { VALUE } from './registers.ts'

/** 2^16, one more than the largest word: Si7021-A20 5.1.1 and 5.1.2, HTU21D "conversion of signal outputs". */
const FULL_SCALE = 65536

/** °C */
export function celsius(word: number): number {
  return (175.72 * (word & VALUE)) / FULL_SCALE - 46.85
}

/** %RH; the formula goes from -6 to 119. */
export function relativeHumidity(word: number): number {
  return (125 * (word & VALUE)) / FULL_SCALE - 6
}
