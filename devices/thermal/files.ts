import type { SysfsClass } from '../../src/driver.ts'

// Linux Documentation/driver-api/thermal/sysfs-api.rst, section 2.

export const ZONES: SysfsClass = { folder: '/sys/class/thermal', entry: /^thermal_zone\d+$/, file: 'type' }
export const TEMPERATURE = 'temp'
/** The power of ten that makes °C of its millidegrees. */
export const MILLIDEGREES = -3
