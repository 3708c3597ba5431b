import type { Measure, Measurement, MissingMeasurement } from '../../hal/sensor.ts'
import type { Fault, Outcome } from '../reading.ts'
import { MAX_FAULT_TEXT } from '../signed/senml.ts'

/** The outcome of one measure in a sample: a number out of its range is a fault, and so is a missing one. */
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
  const [min, max] = range ?? [-Infinity, Infinity]
  const possible = typeof value === 'boolean' || (Number.isFinite(value) && value >= min && value <= max)
  if (possible) return { value }
  const bounds = range === undefined ? '' : `, and can be ${min} to ${max}`
  return { fault: { code: 'out-of-range', text: `${place} is ${value}${bounds}` } }
}

const CODE = /^[a-z][a-z0-9-]{0,31}$/

/** The fault of an error: its code where that has the form of a fault's, its message on one line. */
export function faultOf(error: unknown): Fault {
  const given = error instanceof Error && 'code' in error ? String(error.code) : ''
  const code = given.toLowerCase().replaceAll('_', '-')
  const message = error instanceof Error ? error.message || error.name : String(error)
  const line = message.replace(/\p{Cc}+/gu, ' ').trim()
  return {
    code: CODE.test(code) ? code : 'error',
    text: [...(line === '' ? 'no reason given' : line)].slice(0, MAX_FAULT_TEXT).join('')
  }
}
