import type { I2cSensorDefinition } from '../../src/driver.ts'

export const mcp9808: I2cSensorDefinition = {
  type: 'mcp9808',
  title: 'Microchip MCP9808 temperature',
  datasheet: { id: 'DS25095', revision: 'A' },
  bus: 'i2c',
  addresses: [0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f],
  measures: [{ quantity: 'temperature', range: [-40, 125], accuracy: 0.25 }],
  options: {},
  minimumInterval: 500,
  identification: { by: 1, ask: async (...given) => (await import('./driver.ts')).identify(...given) },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
