import { signed } from '../../src/driver.ts'

/** Volts of the bus voltage register: SBOS448, steps of 4 mV from bit 3 on. */
export function volts(word: number): number {
  return ((word >> 3) * 4) / 1000
}

/**
 * Amperes by the shunt voltage register: SBOS448, steps of 10 uV. The chip's own current register is the same
 * number, multiplied by its calibration register and clamped.
 */
export function amperes(word: number, ohms: number): number {
  return signed(word, 16) / 100_000 / ohms
}

/** Whether the shunt voltage may be beyond its range, where the words are clamped. @param range millivolts */
export function isFull(word: number, range: number): boolean {
  return Math.abs(signed(word, 16)) >= range * 100
}
