import type { I2cSensorDefinition } from '../../src/driver.ts'

export const dps310: I2cSensorDefinition = {
  type: 'dps310',
  title: 'Infineon DPS310 pressure and temperature',
  datasheet: { id: 'Infineon-DPS310-DataSheet', revision: '1.2' },
  bus: 'i2c',
  addresses: [0x77, 0x76],
  measures: [
    { quantity: 'temperature', range: [-40, 85], accuracy: 0.5 },
    { quantity: 'pressure', range: [30_000, 120_000], accuracy: 100 }
  ],
  options: {
    oversampling: {
      kind: 'choice',
      default: 16,
      choices: [1, 2, 4, 8, 16, 32, 64, 128],
      about: 'Conversions averaged for each value: less noise, more time and current.'
    }
  },
  minimumInterval: 500,
  identification: {
    by: 1,
    turn: 2,
    ask: async (...given) => (await import('./driver.ts')).identify(...given)
  },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
