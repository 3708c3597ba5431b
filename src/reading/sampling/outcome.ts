import type { Measure, Measurement, MissingMeasurement } from '../../hal/sensor.ts'
import { WORD } from '../../names.ts'
import { type Quantities, showValue } from '../quantity.ts'
import type { Fault, Outcome } from '../reading.ts'
import { faultText } from '../signed/fault-text.ts'

export interface OutcomesInit {
  /** The sensor's name in the configuration. */
  readonly name: string
  /** Whether the values came in one transfer: an impossible one makes the others suspect. */
  readonly together: boolean
  /** How people see the values. */
  readonly quantities: Quantities
}

/**
 * What a sample says of each measure: a number that cannot be is a fault `out-of-range`, a value of another kind a
 * fault `wrong-kind`, silence a fault `no-value`, and what came in one transfer with a number that cannot be is a fault `suspect`.
 * @returns one outcome a measure, in their order
 */
export function outcomesOf(
  measures: readonly Measure[],
  measurements: readonly (Measurement | MissingMeasurement)[],
  init: OutcomesInit
): Outcome[] {
  const list = listOf(measurements)
  const outcomes = measures.map((measure) => outcomeOf(measure, list, init))
  const impossible = outcomes.find(({ fault }) => fault?.code === OUT_OF_RANGE)?.fault
  if (!init.together || impossible === undefined) return outcomes
  return outcomes.map((outcome, i): Outcome => {
    const measure = measures[i]
    if (outcome.fault !== undefined || measure === undefined) return outcome
    const text = `${placeOf(measure, init.name)} came in one transfer with a value that cannot be: ${impossible.text}`
    return { fault: { code: 'suspect', text: faultText(text) } }
  })
}

/** Drivers from outside may be plain JavaScript: what is not a list of objects has no values. */
function listOf(given: unknown): readonly (Measurement | MissingMeasurement)[] {
  return Array.isArray(given) ? given.filter((one) => typeof one === 'object' && one !== null) : []
}

const OUT_OF_RANGE = 'out-of-range'

function outcomeOf(
  measure: Measure,
  measurements: readonly (Measurement | MissingMeasurement)[],
  { name, quantities }: OutcomesInit
): Outcome {
  const { quantity, channel, range } = measure
  const place = placeOf(measure, name)
  const found = measurements.find((one) => one.quantity === quantity && one.channel === channel)
  if (found === undefined) return { fault: { code: 'no-value', text: `${place} has no value` } }
  if ('fault' in found) return { fault: faultOf(found.fault) }
  const { value } = found
  const known = quantities.get(quantity)
  const kind = known?.kind ?? (typeof value === 'boolean' ? 'boolean' : 'number')
  if (typeof value !== kind)
    return {
      fault: { code: 'wrong-kind', text: faultText(`${place} is ${nameOf(value)}, and must be a ${kind}`) }
    }
  const [min, max] = range ?? [-Infinity, Infinity]
  if (typeof value === 'boolean' || (Number.isFinite(value) && value >= min && value <= max)) return { value }
  const show = (number: number): string => (known === undefined ? String(number) : showValue(known, number))
  const bounds = range === undefined ? 'which is not a number' : `outside of ${show(min)} to ${show(max)}`
  return { fault: { code: OUT_OF_RANGE, text: `${place} is ${show(value)}, ${bounds}` } }
}

/** A value of any type in a message. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function' || (typeof value === 'object' && value !== null))
    return `of type ${typeof value}`
  return String(value)
}

function placeOf({ quantity, channel }: Measure, name: string): string {
  return channel === undefined ? `${name}/${quantity}` : `${name}/${quantity}.${channel}`
}

/** The fault of an error: its code where that has the form of a fault's, its message on one line. */
export function faultOf(error: unknown): Fault {
  const given = error instanceof Error && 'code' in error ? String(error.code) : ''
  const code = given.toLowerCase().replaceAll('_', '-')
  const message = error instanceof Error ? error.message || error.name : String(error)
  return { code: WORD.test(code) ? code : 'error', text: faultText(message) }
}
