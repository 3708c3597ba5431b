import type { ChipModelFactory } from '../../src/simulated.ts'
import { Bosch280Model, type Bosch280Variant } from '../family/bosch-280/model.ts'

const BMP280: Bosch280Variant = {
  identity: 0x58,
  /** BST-BMP280-DS001 3.6.3: the last two differ from those of the BME280. */
  standby: [0.5, 62.5, 125, 250, 500, 1000, 2000, 4000]
}

export const model: ChipModelFactory = (environment) => new Bosch280Model(environment, BMP280)
