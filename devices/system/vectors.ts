// Texts of the files that a machine's health is read from, without the last newline, and what they mean;
// undefined where that is nothing.

/** proc.rst, meminfo. */
export const memory: readonly { text: string; used: number }[] = [
  { text: 'MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     250 kB', used: 0.75 },
  { text: 'MemTotal:       32858820 kB\nMemFree:  21001236 kB\nMemAvailable: 32858820 kB', used: 0 }
]

/** As df(1) of coreutils 9: used / (used + available). */
export const disk: readonly { space: { total: number; free: number; available: number }; used: number }[] = [
  { space: { total: 1000, free: 400, available: 300 }, used: 600 / 900 },
  { space: { total: 1000, free: 50, available: 0 }, used: 1 },
  { space: { total: 1000, free: 600, available: 400 }, used: 0.5 },
  { space: { total: 1000, free: 1000, available: 1000 }, used: 0 },
  { space: { total: 0, free: 0, available: 0 }, used: 1 }
]

/** proc.rst, uptime. */
export const uptime: readonly { text: string; seconds: number | undefined }[] = [
  { text: '350735.47 234388.90', seconds: 350_735.47 },
  { text: '', seconds: undefined }
]

/** proc.rst, loadavg; cputopology.rst, online. */
export const load: readonly { text: string; online: string; load: number | undefined }[] = [
  { text: '0.20 0.18 0.12 1/80 11206', online: '0-3', load: 0.05 },
  { text: '3.00 0.18 0.12 1/80 11206', online: '0,2-3', load: 1 },
  { text: '1.50 0.18 0.12 1/80 11206', online: '0', load: 1.5 },
  { text: '1.50 0.18 0.12 1/80 11206', online: '', load: undefined }
]

const HEAD = 'Inter-| sta-|   Quality\n face | tus | link level noise\n'

/** wext-proc.c: dBm, less 30 for dBW. */
export const signal: readonly { text: string; name: string; dBW: number | undefined }[] = [
  { text: `${HEAD} wlan0: 0000   70.  -40.  -256        0`, name: 'wlan0', dBW: -70 },
  { text: `${HEAD} wlan0: 0000   70.  -40.  -256        0`, name: 'wlan1', dBW: undefined },
  { text: `${HEAD} wlan0: 0000    0.  -256.  -256       0`, name: 'wlan0', dBW: undefined },
  { text: `${HEAD} wlan0: 0000   70.   40.   0          0`, name: 'wlan0', dBW: undefined },
  { text: `${HEAD} wlan0: 0000   10.  -89   -256        0`, name: 'wlan0', dBW: -119 },
  { text: `${HEAD} wlan0: 0000    0.    0.     0        0`, name: 'wlan0', dBW: undefined },
  { text: `${HEAD} wlan0: 0000    0.  -200.  -256       0`, name: 'wlan0', dBW: undefined },
  { text: HEAD, name: 'wlan0', dBW: undefined }
]

/** raspberrypi/documentation, vcgencmd get_throttled; in the file without 0x. */
export const throttled: readonly { text: string; alarms: readonly boolean[] | undefined }[] = [
  { text: '0', alarms: [false, false, false] },
  { text: '50005', alarms: [false, true, false] },
  { text: '20000', alarms: [true, false, false] },
  { text: '8', alarms: [false, false, true] },
  { text: 'e0000', alarms: [true, true, true] },
  { text: '10001', alarms: [false, false, false] },
  { text: '0x50000', alarms: undefined },
  { text: '000000001', alarms: undefined },
  { text: '', alarms: undefined }
]

/** JESD84-B51: 01 is 0 to 10 % used, 0a is 90 to 100 %, 0b has exceeded its life. */
export const life: readonly { text: string; used: number | undefined }[] = [
  { text: '0x01 0x02', used: 0.2 },
  { text: '0x01 0x01', used: 0.1 },
  { text: '0x0a 0x01', used: 1 },
  { text: '0x0b 0x0b', used: 1 },
  { text: '0x00 0x00', used: undefined },
  { text: '', used: undefined }
]

/** JESD84-B51: 1 normal, 2 warning, 3 urgent. */
export const endOfLife: readonly { text: string; near: boolean | undefined }[] = [
  { text: '0x01', near: false },
  { text: '0x02', near: true },
  { text: '0x03', near: true },
  { text: '0x00', near: undefined },
  { text: '0x04', near: undefined },
  { text: '', near: undefined }
]
