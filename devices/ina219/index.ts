import type { I2cSensorDefinition } from '../../src/driver.ts'

/** SBOS448, recommended operating conditions: volts at the bus side of the shunt. */
const MAX_VOLTAGE = 26

export const ina219: I2cSensorDefinition = {
  type: 'ina219',
  title: 'Texas Instruments INA219 voltage, current and power',
  datasheet: { id: 'SBOS448', revision: 'G' },
  bus: 'i2c',
  addresses: [0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f],
  measures: (options) => {
    const current = Number(options['maximum_current'])
    const power = current * MAX_VOLTAGE
    return [
      { quantity: 'voltage', range: [0, MAX_VOLTAGE] },
      { quantity: 'current', range: [-current, current] },
      { quantity: 'power', range: [-power, power] }
    ]
  },
  options: {
    shunt: {
      kind: 'number',
      default: 0.1,
      min: 0.0001,
      max: 100,
      about: 'Resistance of the shunt in ohm; most boards have 0.1, marked R100.'
    },
    maximum_current: {
      kind: 'number',
      default: 3.2,
      min: 0.001,
      max: 1000,
      about: 'Maximum current in ampere; it may make 320 mV over the shunt.'
    },
    samples: {
      kind: 'choice',
      default: 1,
      choices: [1, 2, 4, 8, 16, 32, 64, 128],
      about: 'Conversions averaged for each value: less noise, more time.'
    }
  },
  minimumInterval: 50,
  identification: {
    by: 2,
    tell: 'its board has a shunt, most often marked R100',
    ask: async (...given) => (await import('./driver.ts')).identify(...given)
  },
  open: async (...given) => (await import('./driver.ts')).open(...given)
}
