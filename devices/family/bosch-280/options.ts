import type { OptionDefinition } from '../../../src/driver.ts'

/** The options that BMP280 and BME280 have in common. */
export const bosch280Options = {
  oversampling: {
    kind: 'choice',
    default: 1,
    choices: [1, 2, 4, 8, 16],
    about: 'Conversions averaged for each value: less noise, more time and current.'
  },
  iir: {
    kind: 'choice',
    default: 0,
    choices: [0, 2, 4, 8, 16],
    about: 'Filter against gusts and slamming doors, over so many measurements.'
  },
  mode: {
    kind: 'choice',
    default: 'forced',
    choices: ['forced', 'normal'],
    about: 'forced measures once for each sample and keeps the chip cool; normal once a second by itself.'
  }
} as const satisfies Readonly<Record<string, OptionDefinition>>
