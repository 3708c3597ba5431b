import type { Measure, Measurement, MissingMeasurement } from '../../hal/sensor.ts'
import type { Outcome } from '../reading.ts'
import { faultOf } from './fault.ts'

/** What a sample says of one measure: a number that cannot be is a fault, and so is silence. */
export function outcomeOf(
  { quantity, channel, range }: Measure,
  measurements: readonly (Measurement | MissingMeasurement)[],
  name: string
): Outcome {
  const place = channel === undefined ? `${name}/${quantity}` : `${name}/${quantity}.${channel}`
  const found = measurements.find((one) => one.quantity === quantity && one.channel === channel)
  if (found === undefined) return { fault: { code: 'no-value', text: `${place} has no value` } }
  if ('fault' in found) return { fault: faultOf(found.fault) }
  const { value } = found
  const [min, greatest] = range ?? [-Infinity, Infinity]
  const possible = typeof value === 'boolean' || (Number.isFinite(value) && value >= min && value <= greatest)
  if (possible) return { value }
  const bounds = range === undefined ? '' : `, and can be ${min} to ${greatest}`
  return { fault: { code: 'out-of-range', text: `${place} is ${value}${bounds}` } }
}
