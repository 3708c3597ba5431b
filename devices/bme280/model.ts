import type { ChipModelFactory } from '../../src/simulated.ts'
import { Bosch280Model, type Bosch280Variant } from '../family/bosch-280/model.ts'
import { humidityCode } from './model-humidity.ts'

const BME280: Bosch280Variant = {
  identity: 0x60,
  /** BST-BME280-DS002 table 27. */
  standby: [0.5, 62.5, 125, 250, 500, 1000, 10, 20],
  humidity: {
    calibration: { 161: [75], 225: [...Buffer.from('6a01001329031e', 'hex')] },
    code: humidityCode
  }
}

export const model: ChipModelFactory = (environment) => new Bosch280Model(environment, BME280)
