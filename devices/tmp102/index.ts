import type { I2cSensorDefinition } from '../../src/driver.ts'

export const tmp102: I2cSensorDefinition = {
  type: 'tmp102',
  title: 'Texas Instruments TMP102 temperature',
  datasheet: { id: 'SBOS397', revision: 'H' },
  bus: 'i2c',
  addresses: [0x48, 0x49, 0x4a, 0x4b],
  measures: ({ extended }) => [
    { quantity: 'temperature', range: [-55, extended === true ? 150 : 127.9375], accuracy: 0.5 }
  ],
  options: {
    extended: { kind: 'boolean', default: false, about: 'Measure up to 150 °C instead of 128 °C.' }
  },
  minimumInterval: 100,
  identification: {
    by: 2,
    tell: 'its board says TMP102',
    ask: async (...given) => (await import('./driver.ts')).identify(...given)
  },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
