import { signed } from '../../src/driver.ts'

/** °C: DS25095A 5.1.3. Bits 15 to 13 are alarms, bit 12 is the sign, a step is 1/16 °C. */
export function celsius(word: number): number {
  return signed(word, 13) / 16
}
