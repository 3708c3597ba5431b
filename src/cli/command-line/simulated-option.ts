import { NodeError } from '../../error.ts'

const USUAL_SEED = 1

/** The option of commands that can do without hardware. */
export const simulatedOption = {
  kind: 'optional',
  value: 'SEED',
  form: /^[\d.]+$/,
  summary: 'simulated hardware; the seed chooses the weather'
} as const

/**
 * The seed of a simulated world; undefined for this machine.
 * @param command for messages: `kith run`
 * @throws NodeError 'usage' where it is no whole number
 */
export function seedOf(given: string | true | undefined, command: string): number | undefined {
  if (given === undefined) return undefined
  if (given === true) return USUAL_SEED
  if (!/^\d{1,9}$/.test(given))
    throw new NodeError('usage', `${command} --simulated: ${given} is no whole number`)
  return Number(given)
}
