import type { ClockDefinition } from '../src/hal/clock-chip.ts'
import type { SensorDefinition } from '../src/hal/sensor.ts'
import { ads1115 } from './ads1115/index.ts'
import { aht10, aht20 } from './aht20/index.ts'
import { bh1750 } from './bh1750/index.ts'
import { bme280 } from './bme280/index.ts'
import { bmp280 } from './bmp280/index.ts'
import { dps310 } from './dps310/index.ts'
import { ds1307, ds1338 } from './ds1307/index.ts'
import { ds3231 } from './ds3231/index.ts'
import { ina219 } from './ina219/index.ts'
import { lm75, lm75a, lm75b, tmp75, tmp105, tmp1075 } from './lm75/index.ts'
import { mcp9808 } from './mcp9808/index.ts'
import { scd4x } from './scd4x/index.ts'
import { sht3x } from './sht3x/index.ts'
import { sht4x } from './sht4x/index.ts'
import { htu21d, si7021 } from './si7021/index.ts'
import { tmp102 } from './tmp102/index.ts'

/** The catalogue: every device kith knows, as data. Its drivers are loaded when one is opened. */
export const devices: readonly SensorDefinition[] = [
  ads1115,
  aht10,
  aht20,
  bh1750,
  bme280,
  bmp280,
  dps310,
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
]

/** Clocks with a battery: sources of time. */
export const clockChips: readonly ClockDefinition[] = [ds1307, ds1338, ds3231]
