import type { I2cSensorDefinition } from '../../src/driver.ts'

export const sht4x: I2cSensorDefinition = {
  type: 'sht4x',
  title: 'Sensirion SHT40, SHT41 or SHT45 temperature and humidity',
  datasheet: { id: 'SHT4x', revision: '6' },
  bus: 'i2c',
  addresses: [0x44, 0x45, 0x46],
  measures: [
    { quantity: 'temperature', range: [-40, 125], accuracy: 0.2 },
    { quantity: 'humidity', range: [0, 100], accuracy: 1.8 }
  ],
  options: {
    precision: {
      kind: 'choice',
      default: 'high',
      choices: ['high', 'medium', 'low'],
      about: 'high has the least noise; low takes the least time and current.'
    }
  },
  minimumInterval: 1000,
  identification: {
    by: 1,
    turn: 1,
    ask: async (...given) => (await import('./driver.ts')).identify(...given)
  },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
