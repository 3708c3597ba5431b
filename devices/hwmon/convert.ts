import type { Kind } from './channels.ts'

/**
 * Files have thousandths of °C, V, A and %RH, millionths of W, revolutions per minute [sysfs-interface.rst]: the
 * power of ten that converts to each quantity's unit; inUnit() makes revolutions per second.
 */
export const EXPONENTS: Readonly<Record<Kind, number>> = {
  temp: -3,
  in: -3,
  curr: -3,
  power: -6,
  fan: 0,
  humidity: -3
}

/** @param number of the file, times ten to the power of its exponent */
export function inUnit(kind: Kind, number: number): number {
  return kind === 'fan' ? number / 60 : number
}
