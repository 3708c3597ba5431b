import type { I2cSensorDefinition, Identification, Measure } from '../../src/driver.ts'

// One chip in two generations, which no register distinguishes: the aht10 has another command to load the
// calibration, and no CRC. One folder, two types.

const measures: readonly Measure[] = [
  { quantity: 'temperature', range: [-40, 85], accuracy: 0.3 },
  { quantity: 'humidity', range: [0, 100], accuracy: 2 }
]
/** Milliseconds: measuring more often heats the chip [linux drivers/hwmon/aht10.c]. */
const minimumInterval = 2000

const ask: Identification['ask'] = async (...given) => (await import('./driver.ts')).identify(...given)

export const aht20: I2cSensorDefinition = {
  type: 'aht20',
  title: 'Aosong AHT20 temperature and humidity',
  datasheet: { id: 'AHT20', revision: 'A0' },
  bus: 'i2c',
  addresses: [0x38],
  measures,
  options: {},
  minimumInterval,
  identification: {
    by: 3,
    turn: 1,
    tell: 'its board says AHT20; an aht10 configured as this type has checksum faults',
    ask
  },
  open: async (...given) => (await import('./driver.ts')).openAht20(...given)
}

export const aht10: I2cSensorDefinition = {
  type: 'aht10',
  title: 'Aosong AHT10 temperature and humidity',
  datasheet: { id: 'AHT10', revision: '1.1' },
  bus: 'i2c',
  addresses: [0x38, 0x39],
  measures,
  options: {},
  minimumInterval,
  identification: { by: 3, turn: 2, tell: 'its board says AHT10', ask },
  open: async (...given) => (await import('./driver.ts')).openAht10(...given)
}
