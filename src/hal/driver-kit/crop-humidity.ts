/** %RH. At the ends of their range the chips are off by up to 5 % (Si7021-A20, figure 2; HTU21D, table 4). */
const TOLERANCE = 5

/**
 * A relative humidity in percent that a chip's formula gave: up to 5 % below 0 or above 100 it is cropped to
 * these, as the datasheets say (SHT4x 4.6, Si7021-A20 5.1.1); what is further out is no humidity and stays, so
 * that it becomes a fault `out-of-range`.
 */
export function cropHumidity(percent: number): number {
  if (percent < -TOLERANCE || percent > 100 + TOLERANCE) return percent
  return Math.min(100, Math.max(0, percent))
}
