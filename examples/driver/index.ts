import type { I2cSensorDefinition } from 'kith/driver'
import { model } from './model.ts'

/** What kith knows of the chip before anything was opened: as data, so that configuration and help are made of it. */
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

/** How it behaves where the hardware is simulated. */
export const models = { tc74: model }
