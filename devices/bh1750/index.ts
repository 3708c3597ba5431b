import type { I2cSensorDefinition } from '../../src/driver.ts'
import { lux } from './convert.ts'

const ALL_ONES = 0xffff

export const bh1750: I2cSensorDefinition = {
  type: 'bh1750',
  title: 'ROHM BH1750FVI ambient light',
  datasheet: { id: 'BH1750FVI', revision: 'technical note 2009.04 B' },
  bus: 'i2c',
  addresses: [0x23, 0x5c],
  measures: ({ mtreg, resolution }) => [
    {
      quantity: 'illuminance',
      range: [0, lux(ALL_ONES, Number(mtreg), resolution === 'high2' ? 'high2' : 'high')]
    }
  ],
  options: {
    resolution: {
      kind: 'choice',
      default: 'high',
      choices: ['high', 'high2'],
      about: 'high has steps of 1 lx up to 54,600 lx; high2 half of both.'
    },
    mtreg: {
      kind: 'number',
      default: 69,
      min: 31,
      max: 254,
      integer: true,
      about:
        'Measurement time: a larger one gives finer steps in the dark, a smaller one reaches brighter light.'
    }
  },
  minimumInterval: 500,
  identification: {
    by: 3,
    tell: 'its board says BH1750 or GY-302',
    // Each byte is a command to it, and would set the pins of a port expander: nothing is sent.
    ask: async () => 'maybe'
  },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
