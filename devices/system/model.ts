import { type FileModelFactory, filesUnder } from '../../src/simulated.ts'

const MEMORY_KB = 948_280
/** The processor's thermal zone is part of the model of thermal zones. */
export const model: FileModelFactory = ({ clock, ambient }) => {
  const started = clock.monotonic() - 93_000
  const weak = (): boolean => ambient.value('voltage') < 4.63
  // Load grows with the current.
  const load = (): number => ambient.value('current') * 1.5
  const available = (): number => Math.round(MEMORY_KB * (0.75 - 0.1 * Math.min(2, load())))
  return {
    ...filesUnder('/sys/class/hwmon/hwmon7', {
      name: 'rpi_volt\n',
      // raspberrypi-hwmon.c: below 4.63 V, by 5 %.
      in0_lcrit_alarm: () => (weak() ? '1\n' : '0\n')
    }),
    '/sys/devices/platform/soc/soc:firmware/get_throttled': () => (weak() ? '50005\n' : '0\n'),
    '/sys/devices/system/cpu/online': '0-3\n',
    '/proc/meminfo': () =>
      `MemTotal:         ${MEMORY_KB} kB\nMemFree:          102400 kB\nMemAvailable:     ${available()} kB\n`,
    '/proc/uptime': () => `${((clock.monotonic() - started) / 1000).toFixed(2)} 340.12\n`,
    '/proc/loadavg': () => `${load().toFixed(2)} 0.40 0.30 1/180 4711\n`,
    '/proc/net/wireless': () =>
      `Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   62.  ${Math.round(-52 - ambient.value('humidity') / 10)}.  -256        0      0      0      3    120        0
`
  }
}
