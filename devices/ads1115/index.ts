import type { I2cSensorDefinition, Options } from '../../src/driver.ts'

export const ads1115: I2cSensorDefinition = {
  type: 'ads1115',
  title: 'Texas Instruments ADS1115 analog-to-digital converter, four inputs',
  datasheet: { id: 'SBAS444', revision: 'D' },
  bus: 'i2c',
  addresses: [0x48, 0x49, 0x4a, 0x4b],
  measures: (options) =>
    channelsOf(options).map((channel) => ({
      quantity: 'voltage',
      channel,
      range: [-Number(options['gain']), Number(options['gain'])]
    })),
  options: {
    channels: {
      kind: 'text',
      default: 'a0 a1 a2 a3',
      pattern: /^(a[0-3]|d(01|03|13|23))( (a[0-3]|d(01|03|13|23))){0,7}$/,
      about: 'Inputs to measure: a0 to a3 against ground; d01, d03, d13, d23 as differences of two.'
    },
    gain: {
      kind: 'choice',
      default: 6.144,
      choices: [6.144, 4.096, 2.048, 1.024, 0.512, 0.256],
      about: 'Volts of full scale, plus and minus. Inputs must still stay within the supply.'
    },
    rate: {
      kind: 'choice',
      default: 128,
      choices: [8, 16, 32, 64, 128, 250, 475, 860],
      about: 'Conversions a second: fewer take longer and have less noise.'
    }
  },
  // Each input has a conversion of its own.
  together: false,
  minimumInterval: 50,
  identification: {
    by: 2,
    tell: 'its board has four inputs, A0 to A3',
    ask: async (...given) => (await import('./driver.ts')).identify(...given)
  },
  open: async (device, options, context) =>
    (await import('./driver.ts')).open(device, channelsOf(options), options, context)
}

/** Each once, in the order they were written. */
function channelsOf(options: Options): string[] {
  return [...new Set(String(options['channels']).split(' '))]
}
