import type { I2cSensorDefinition } from 'kith/driver'
import { model } from './model.ts'

/** The definition of the chip, as data from which configuration and help are made. */
const tc74: I2cSensorDefinition = {
  type: 'tc74',
  title: 'Microchip TC74 temperature',
  datasheet: { id: 'DS21462', revision: 'D' },
  bus: 'i2c',
  addresses: [0x4d, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4e, 0x4f],
  measures: [{ quantity: 'temperature', range: [-65, 127], accuracy: 2 }],
  options: {
    sleep: { kind: 'boolean', default: true, about: 'Rest between samples: 5 µA instead of 200 µA.' }
  },
  minimumInterval: 500,
  open: async (...given) => (await import('./driver.ts')).open(...given)
}

export default tc74

/** Models for simulated hardware. */
export const models = { tc74: model }
