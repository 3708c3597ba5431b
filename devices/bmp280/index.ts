import type { I2cSensorDefinition } from '../../src/driver.ts'
import { bosch280Options } from '../family/bosch-280/options.ts'

export const bmp280: I2cSensorDefinition = {
  type: 'bmp280',
  title: 'Bosch BMP280 temperature and pressure',
  datasheet: { id: 'BST-BMP280-DS001', revision: '1.14' },
  bus: 'i2c',
  addresses: [0x76, 0x77],
  measures: [
    { quantity: 'temperature', range: [-40, 85], accuracy: 1 },
    { quantity: 'pressure', range: [30_000, 110_000], accuracy: 100 }
  ],
  options: bosch280Options,
  minimumInterval: 250,
  identification: { by: 1, ask: async (...given) => (await import('./driver.ts')).identify(...given) },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
