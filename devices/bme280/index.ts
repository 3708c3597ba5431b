import type { I2cSensorDefinition } from '../../src/driver.ts'
import { bosch280Options } from '../family/bosch-280/options.ts'

export const bme280: I2cSensorDefinition = {
  type: 'bme280',
  title: 'Bosch BME280 temperature, humidity and pressure',
  datasheet: { id: 'BST-BME280-DS002', revision: '1.6' },
  bus: 'i2c',
  addresses: [0x76, 0x77],
  measures: [
    { quantity: 'temperature', range: [-40, 85], accuracy: 1 },
    { quantity: 'humidity', range: [0, 100], accuracy: 3 },
    { quantity: 'pressure', range: [30_000, 110_000], accuracy: 100 }
  ],
  options: bosch280Options,
  minimumInterval: 250,
  identification: { by: 1, ask: async (...given) => (await import('./driver.ts')).identify(...given) },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
