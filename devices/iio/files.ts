import { I2C_DEVICES, type SysfsClass } from '../../src/driver.ts'

// Linux Documentation/ABI/testing/sysfs-bus-iio. A device's files: name; and of each channel in_temp_input, or
// in_temp_raw with in_temp_scale and in_temp_offset; scale and offset may be those of the kind alone.

/** @param at the place of an I2C device; empty for all devices */
export function devices(at = ''): SysfsClass {
  const folder = at === '' ? '/sys/bus/iio/devices' : `${I2C_DEVICES}/${at}`
  return { folder, entry: /^iio:device\d+$/, file: 'name' }
}

export type Part = 'input' | 'raw' | 'scale' | 'offset'

/** @param word of a channel or of its kind */
export function fileOf(word: string, part: Part): string {
  return `in_${word}_${part}`
}
