import type { Measure, Measurement, MissingMeasurement } from '../../hal/sensor.ts'
import type { Fault, Outcome } from '../reading.ts'
import { MAX_FAULT_TEXT } from '../signed/senml.ts'

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

const CODE = /^[a-z][a-z0-9-]{0,31}$/

/** An error as a series tells it: its code where it has one of that form, its message on one line. */
export function faultOf(error: unknown): Fault {
  const told = error instanceof Error && 'code' in error ? String(error.code) : ''
  const code = told.toLowerCase().replaceAll('_', '-')
  const message = error instanceof Error ? error.message || error.name : String(error)
  const line = message.replace(/\p{Cc}+/gu, ' ').trim()
  return {
    code: CODE.test(code) ? code : 'error',
    text: [...(line === '' ? 'no reason given' : line)].slice(0, MAX_FAULT_TEXT).join('')
  }
}
