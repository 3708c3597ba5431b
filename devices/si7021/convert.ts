import { VALUE } from './registers.ts'

/** One more than a word can tell: Si7021-A20 5.1.1 and 5.1.2, HTU21D "conversion of signal outputs". */
const FULL_SCALE = 65536

/** °C */
export function celsius(word: number): number {
  return (175.72 * (word & VALUE)) / FULL_SCALE - 46.85
}

/** %RH; the formula goes beyond what there is, and is cropped. */
export function relativeHumidity(word: number): number {
  return Math.min(100, Math.max(0, (125 * (word & VALUE)) / FULL_SCALE - 6))
}
