import type { Measure } from '../../hal/sensor.ts'

/** Usual values in the unit of the quantity: others are possible, and worth a look. */
const USUAL: Readonly<Record<string, readonly [min: number, max: number]>> = {
  // A processor under load reaches the one, a freezer the other.
  temperature: [-40, 85],
  humidity: [5, 99],
  // 5000 m above the sea, and the highest pressure ever measured: 1084.8 hPa (Tosontsengel 2001).
  pressure: [54_000, 108_480],
  // Fresh air has more than 400 ppm.
  co2: [380e-6, 5000e-6],
  illuminance: [0, 120_000],
  // Below -90 dBm hardly anything is received.
  signal: [-120, -40]
}

/** Why a value within the device's range is worth a look; undefined where it is plausible. */
export function unusual({ quantity, range }: Measure, value: number | boolean): string | undefined {
  if (typeof value === 'boolean') return undefined
  const [min, max] = USUAL[quantity] ?? [-Infinity, Infinity]
  if (value < min) return 'unusually low'
  if (value > max) return 'unusually high'
  const atEnd = range?.includes(value) === true && value !== 0
  return atEnd ? 'at the end of what the device can measure' : undefined
}
