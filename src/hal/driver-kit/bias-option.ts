import type { OptionDefinition } from '../sensor.ts'

/** The option of every device that reads a line. */
export const biasOption = {
  kind: 'choice',
  default: 'pull-up',
  choices: ['pull-up', 'pull-down', 'disabled', 'as-is'],
  about: 'Pull resistor of the line; as-is leaves what the system set.'
} as const satisfies OptionDefinition
