import type { ChipModelFactory, FileModelFactory, LineModelFactory } from '../src/simulated.ts'
import { model as ads1115 } from './ads1115/model.ts'
import { aht10, aht20 } from './aht20/model.ts'
import { model as bh1750 } from './bh1750/model.ts'
import { model as bme280 } from './bme280/model.ts'
import { model as bmp280 } from './bmp280/model.ts'
import { model as contact } from './contact/model.ts'
import { model as dps310 } from './dps310/model.ts'
import { ds1307Model as ds1307, ds1338Model as ds1338 } from './ds1307/model.ts'
import { model as ds3231 } from './ds3231/model.ts'
import { model as hwmon } from './hwmon/model.ts'
import { model as iio } from './iio/model.ts'
import { model as ina219 } from './ina219/model.ts'
import { lm75, lm75a, lm75b, tmp75, tmp105, tmp1075 } from './lm75/model.ts'
import { model as mcp9808 } from './mcp9808/model.ts'
import { model as pulse } from './pulse/model.ts'
import { scd41 as scd4x } from './scd4x/model.ts'
import { model as sht3x } from './sht3x/model.ts'
import { model as sht4x } from './sht4x/model.ts'
import { htu21d, si7021 } from './si7021/model.ts'
import { model as system } from './system/model.ts'
import { model as thermal } from './thermal/model.ts'
import { model as tmp102 } from './tmp102/model.ts'
import { model as w1 } from './w1/model.ts'

/** The chips that can be simulated, by type. Imported only where a world is simulated. */

export const chipModels: Readonly<Record<string, ChipModelFactory>> = {
  ads1115,
  aht10,
  aht20,
  bh1750,
  bme280,
  bmp280,
  dps310,
  ds1307,
  ds1338,
  ds3231,
  htu21d,
  ina219,
  lm75,
  lm75a,
  lm75b,
  mcp9808,
  scd4x,
  sht3x,
  sht4x,
  si7021,
  tmp102,
  tmp105,
  tmp1075,
  tmp75
}

/** The kernel's files that can be simulated, by type. */
export const fileModels: Readonly<Record<string, FileModelFactory>> = { hwmon, iio, system, thermal, w1 }

/** What is wired to GPIO lines and can be simulated, by type. */
export const lineModels: Readonly<Record<string, LineModelFactory>> = { contact, pulse }
