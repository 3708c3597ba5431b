import type { OptionDefinition } from '../../../src/driver.ts'

/** Options of BMP280 and BME280. */
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
    about: 'Low-pass filter over so many measurements, against gusts of wind.'
  },
  mode: {
    kind: 'choice',
    default: 'forced',
    choices: ['forced', 'normal'],
    about: 'forced measures once for each sample, which keeps the chip cool; normal measures once a second.'
  }
} as const satisfies Readonly<Record<string, OptionDefinition>>
