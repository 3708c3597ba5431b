import type { I2cSensorDefinition } from '../../src/driver.ts'

// Two makers' chips with the same address and commands, sold on the same boards: one folder and two types, which
// the user register distinguishes.

export const si7021: I2cSensorDefinition = {
  type: 'si7021',
  title: 'Silicon Labs Si7021 temperature and humidity',
  datasheet: { id: 'Si7021-A20', revision: '1.2' },
  bus: 'i2c',
  addresses: [0x40],
  measures: [
    { quantity: 'temperature', range: [-40, 125], accuracy: 0.4 },
    { quantity: 'humidity', range: [0, 100], accuracy: 3 }
  ],
  options: {},
  minimumInterval: 1000,
  identification: {
    by: 1,
    turn: 1,
    ask: async (...given) => (await import('./driver.ts')).identifySi7021(...given)
  },
  open: async (...given) => (await import('./driver.ts')).openSi7021(...given)
}

export const htu21d: I2cSensorDefinition = {
  type: 'htu21d',
  title: 'TE Connectivity HTU21D temperature and humidity',
  datasheet: { id: 'HPC199', revision: '5' },
  bus: 'i2c',
  addresses: [0x40],
  measures: [
    { quantity: 'temperature', range: [-40, 125], accuracy: 0.3 },
    { quantity: 'humidity', range: [0, 100], accuracy: 2 }
  ],
  options: {},
  minimumInterval: 1000,
  identification: {
    by: 1,
    turn: 2,
    ask: async (...given) => (await import('./driver.ts')).identifyHtu21d(...given)
  },
  open: async (...given) => (await import('./driver.ts')).openHtu21d(...given)
}
