import type { I2cSensorDefinition, Identification } from '../../src/driver.ts'
import type { PartName } from './registers.ts'

// Chips with one register layout: one folder, and one type for each variant that is read differently.

/** What differs between the types. */
interface Kind {
  readonly type: PartName
  readonly title: string
  readonly datasheet: I2cSensorDefinition['datasheet']
  readonly accuracy: number
  readonly minimumInterval: number
  /** Whether it has an identity register. */
  readonly by: Identification['by']
}

function definition({ accuracy, by, ...kind }: Kind): I2cSensorDefinition {
  return {
    ...kind,
    bus: 'i2c',
    addresses: [0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f],
    measures: [{ quantity: 'temperature', range: [-55, 125], accuracy }],
    options: {},
    identification: {
      by,
      tell: `its board says ${kind.type.toUpperCase()}`,
      ask: async (...given) => (await import('./driver.ts')).identify(kind.type, ...given)
    },
    open: async (...given) => (await import('./driver.ts')).open(kind.type, ...given)
  }
}

export const lm75 = definition({
  type: 'lm75',
  title: 'LM75 temperature, 9 bits, of any maker',
  datasheet: { id: 'SNIS153', revision: 'B' },
  accuracy: 2,
  by: 2,
  minimumInterval: 500
})

export const lm75a = definition({
  type: 'lm75a',
  title: 'National Semiconductor or Texas Instruments LM75A temperature, 9 bits',
  datasheet: { id: 'SNOS808', revision: 'P' },
  accuracy: 2,
  by: 1,
  minimumInterval: 500
})

export const lm75b = definition({
  type: 'lm75b',
  title: 'NXP LM75B temperature, 11 bits',
  datasheet: { id: 'LM75B', revision: '6.1' },
  accuracy: 2,
  by: 2,
  minimumInterval: 500
})

export const tmp105 = definition({
  type: 'tmp105',
  title: 'Texas Instruments TMP105 temperature',
  datasheet: { id: 'SLLS648', revision: 'D' },
  accuracy: 0.5,
  by: 2,
  minimumInterval: 500
})

export const tmp1075 = definition({
  type: 'tmp1075',
  title: 'Texas Instruments TMP1075 temperature',
  datasheet: { id: 'SBOS854', revision: 'F' },
  accuracy: 0.5,
  by: 1,
  minimumInterval: 100
})

export const tmp75 = definition({
  type: 'tmp75',
  title: 'Texas Instruments TMP75 temperature',
  datasheet: { id: 'SBOS288', revision: 'M' },
  accuracy: 1,
  by: 2,
  minimumInterval: 500
})
