import type { I2cSensorDefinition } from '../../src/driver.ts'

export const sht3x: I2cSensorDefinition = {
  type: 'sht3x',
  title: 'Sensirion SHT30, SHT31 or SHT35 temperature and humidity',
  datasheet: { id: 'SHT3x-DIS', revision: '7' },
  bus: 'i2c',
  addresses: [0x44, 0x45],
  measures: [
    { quantity: 'temperature', range: [-40, 125], accuracy: 0.2 },
    { quantity: 'humidity', range: [0, 100], accuracy: 2 }
  ],
  options: {
    repeatability: {
      kind: 'choice',
      default: 'high',
      choices: ['high', 'medium', 'low'],
      about: 'high has the least noise; low takes the least time and current.'
    }
  },
  minimumInterval: 1000,
  identification: {
    by: 1,
    turn: 2,
    ask: async (...given) => (await import('./driver.ts')).identify(...given)
  },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
