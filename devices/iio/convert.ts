import type { Kind } from './channels.ts'

/**
 * The units of sysfs-bus-iio: thousandths of °C, %RH, V, A and W; kPa; lux; percent of a gas. The power of ten
 * that makes each quantity's unit.
 */
export const EXPONENTS: Readonly<Record<Kind, number>> = {
  temp: -3,
  pressure: 3,
  humidityrelative: -3,
  illuminance: 0,
  voltage: -3,
  current: -3,
  power: -3,
  concentration: -2
}

/** @param scale times ten to the power of the exponent */
export function processed(raw: number, offset: number, scale: number): number {
  return (raw + offset) * scale
}
