import { signed } from '../../src/driver.ts'

/** SBOS397H 7.5.2: one step is 0.0625 °C. */
const DEGREES_PER_STEP = 0.0625

/** °C of a temperature register; its bit 0 is 1 for 13 bits, 0 for 12 bits. */
export function celsius(word: number): number {
  const steps = word & 1 ? signed(word >> 3, 13) : signed(word >> 4, 12)
  return steps * DEGREES_PER_STEP
}
