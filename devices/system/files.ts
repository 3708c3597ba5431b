import type { SysfsClass } from '../../src/driver.ts'

/** Linux Documentation/driver-api/thermal/sysfs-api.rst; the zones that are a processor's, the best first. */
export const ZONES: SysfsClass = { folder: '/sys/class/thermal', entry: /^thermal_zone\d+$/, file: 'type' }
export const PROCESSORS = ['cpu-thermal', 'cpu_thermal', 'soc-thermal', 'soc_thermal', 'x86_pkg_temp']
export const TEMPERATURE = 'temp'

/** linux drivers/hwmon/raspberrypi-hwmon.c: under-voltage, sticky between its polls. */
export const CHIPS: SysfsClass = { folder: '/sys/class/hwmon', entry: /^hwmon\d+$/, file: 'name' }
export const SUPPLY = 'rpi_volt'
export const UNDER_VOLTAGE = 'in0_lcrit_alarm'

/** raspberrypi/linux drivers/firmware/raspberrypi.c, not in Linux itself: below soc or soc@107c000000. */
export const PLATFORM = '/sys/devices/platform'
export const SOC = /^soc(@[0-9a-f]+)?$/
export const FIRMWARE = /:firmware$/
export const THROTTLED = 'get_throttled'

/** Linux Documentation/filesystems/proc.rst. */
export const MEMORY = '/proc/meminfo'
export const UPTIME = '/proc/uptime'
export const LOAD = '/proc/loadavg'
export const PROCESSORS_ONLINE = '/sys/devices/system/cpu/online'
/** linux net/wireless/wext-proc.c. */
export const WIRELESS = '/proc/net/wireless'

/** linux drivers/mmc/core/mmc.c; only an eMMC has them. */
export const BLOCK = '/sys/block'
export const CARD = /^mmcblk\d+$/
export const LIFE_TIME = 'device/life_time'
export const END_OF_LIFE = 'device/pre_eol_info'
