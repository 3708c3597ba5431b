import { signed } from '../../src/driver.ts'

/** Volts of a conversion. SBAS444, "Data format": 8000 is minus full scale, 7fff one step less than plus. */
export function volts(word: number, fullScale: number): number {
  return (signed(word, 16) * fullScale) / 32768
}

/** Whether the input may be beyond full scale, where the words are clamped. */
export function isFull(word: number): boolean {
  return word === 0x7fff || word === 0x8000
}
