import { NodeError } from '../../error.ts'

const DEFAULT_SEED = 1
const MAX_DIGITS = 9

/** The option of commands that can use simulated hardware. */
export const simulatedOption = {
  kind: 'optional',
  value: 'SEED',
  form: /^[\d.]+$/,
  summary: 'use simulated hardware; SEED selects its random sequence (default: 1)'
} as const

/**
 * The seed of a simulated world; undefined for this machine.
 * @param command for messages: `kith run`
 * @throws NodeError 'usage' unless it is a whole number of at most 9 digits
 */
export function seedOf(given: string | true | undefined, command: string): number | undefined {
  if (given === undefined) return undefined
  if (given === true) return DEFAULT_SEED
  if (!/^\d+$/.test(given) || given.length > MAX_DIGITS)
    throw new NodeError('usage', `${command} --simulated: must be 0 to 999999999, not ${given}`)
  return Number(given)
}
