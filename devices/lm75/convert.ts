import { signed } from '../../src/driver.ts'

/**
 * °C of a temperature register: two's complement in its highest bits, the lower ones undefined.
 * @param bits 9 to 12: steps of 0.5 to 0.0625 °C
 */
export function celsius(word: number, bits: number): number {
  return signed(word >> (16 - bits), bits) / 2 ** (bits - 8)
}
