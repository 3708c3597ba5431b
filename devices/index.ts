import type { ClockDefinition, SensorDefinition } from '../src/driver.ts'
import { ads1115 } from './ads1115/index.ts'
import { aht10, aht20 } from './aht20/index.ts'
import { bh1750 } from './bh1750/index.ts'
import { bme280 } from './bme280/index.ts'
import { bmp280 } from './bmp280/index.ts'
import { contact } from './contact/index.ts'
import { dps310 } from './dps310/index.ts'
import { ds1307, ds1338 } from './ds1307/index.ts'
import { ds3231 } from './ds3231/index.ts'
import { hwmon } from './hwmon/index.ts'
import { iio } from './iio/index.ts'
import { ina219 } from './ina219/index.ts'
import { lm75, lm75a, lm75b, tmp75, tmp105, tmp1075 } from './lm75/index.ts'
import { mcp9808 } from './mcp9808/index.ts'
import { pulse } from './pulse/index.ts'
import { scd4x } from './scd4x/index.ts'
import { sht3x } from './sht3x/index.ts'
import { sht4x } from './sht4x/index.ts'
import { htu21d, si7021 } from './si7021/index.ts'
import { system } from './system/index.ts'
import { thermal } from './thermal/index.ts'
import { tmp102 } from './tmp102/index.ts'
import { w1 } from './w1/index.ts'

/** What a switch is: the one output so far. */
export { relay } from './switch/index.ts'

/** The catalogue: every device kith knows, as data. Its drivers are loaded when one is opened. */
export const devices: readonly SensorDefinition[] = [
  ads1115,
  aht10,
  aht20,
  bh1750,
  bme280,
  bmp280,
  contact,
  dps310,
  htu21d,
  hwmon,
  iio,
  ina219,
  lm75,
  lm75a,
  lm75b,
  mcp9808,
  pulse,
  scd4x,
  sht3x,
  sht4x,
  si7021,
  system,
  thermal,
  tmp102,
  tmp105,
  tmp1075,
  tmp75,
  w1
]

/** Clocks with a battery: sources of time. */
export const clockChips: readonly ClockDefinition[] = [ds1307, ds1338, ds3231]
