import { VALUE } from './registers.ts'

/** 2^16, one more than the largest word: Si7021-A20 5.1.1 and 5.1.2, HTU21D "conversion of signal outputs". */
const FULL_SCALE = 65536

/** °C */
export function celsius(word: number): number {
  return (175.72 * (word & VALUE)) / FULL_SCALE - 46.85
}

/** %RH, clamped to 0 and 100, beyond which the formula goes. */
export function relativeHumidity(word: number): number {
  return Math.min(100, Math.max(0, (125 * (word & VALUE)) / FULL_SCALE - 6))
}
