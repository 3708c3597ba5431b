import { I2C_DEVICES, type SysfsClass } from '../../src/driver.ts'
import type { Kind } from './channels.ts'

// Linux Documentation/hwmon/sysfs-interface.rst. A chip's files: name; and of each channel temp1_input, or
// power1_average where it measures that alone; temp1_label; temp1_fault, 1 where the sensor is broken.

const ENTRY = /^hwmon\d+$/
/** Of an I2C device: where its hwmon folder is. */
export const BELOW = '/hwmon'

/** @param at the place of an I2C device; empty for all chips */
export function chips(at = ''): SysfsClass {
  const folder = at === '' ? '/sys/class/hwmon' : `${I2C_DEVICES}/${at}${BELOW}`
  return { folder, entry: ENTRY, file: 'name' }
}

/** In the order in which they are looked for. */
export const VALUES: Readonly<Record<Kind, readonly string[]>> = {
  temp: ['input'],
  in: ['input'],
  curr: ['input'],
  power: ['input', 'average'],
  fan: ['input'],
  humidity: ['input']
}

/** Files of devices that have a driver of their own: 1-wire, thermal zones. */
export const OTHERS: readonly (readonly string[])[] = [['w1_slave'], ['type', 'temp', 'policy']]
