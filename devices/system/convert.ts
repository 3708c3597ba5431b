import { kernelNumber } from '../../src/driver.ts'

/** The power of ten that makes °C of a thermal zone's millidegrees [sysfs-api.rst, section 2]. */
export const MILLIDEGREES = -3

// Each of one file: undefined where it does not say what it should.

/** What is used: 1 - MemAvailable / MemTotal [proc.rst, meminfo]. */
export function memoryUsed(meminfo: string): number | undefined {
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(meminfo)?.[1] ?? Number.NaN)
  const used = 1 - kilobytes('MemAvailable') / kilobytes('MemTotal')
  return Number.isFinite(used) ? used : undefined
}

/** What is used of what its user may use, as df shows it. */
export function diskUsed({ total, free, available }: Record<'total' | 'free' | 'available', number>): number {
  const used = total - free
  return used + available === 0 ? 1 : used / (used + available)
}

/** Seconds: `350735.47 234388.90` [proc.rst, uptime]. */
export function uptime(text: string): number | undefined {
  return kernelNumber(text.split(' ')[0] ?? '')
}

/** The first of `0.20 0.18 0.12 1/80 11206`, for each processor [proc.rst, loadavg]. */
export function load(loadavg: string, processors: number): number | undefined {
  const average = kernelNumber(loadavg.split(' ')[0] ?? '')
  return average === undefined || processors < 1 ? undefined : average / processors
}

/** How many are in `0-3` or `0,2-3` [linux Documentation/admin-guide/cputopology.rst]. */
export function countOf(list: string): number {
  return list.split(',').reduce((count, part) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    return first === undefined ? count : count + Number(last) - Number(first) + 1
  }, 0)
}

/**
 * dBW of ` wlan0: 0000   70.  -40.  -256 …`: the level, after status and link, is dBm. One that is not below 0
 * is no dBm, -256 is nothing heard [wext-proc.c].
 */
export function signal(wireless: string, name: string): number | undefined {
  for (const line of wireless.split('\n')) {
    const [label, , , level = ''] = line.trim().split(/\s+/)
    const dBm = Number.parseInt(level, 10)
    if (label === `${name}:` && dBm < 0 && dBm > -200) return dBm - 30
  }
  return undefined
}

/**
 * Whether the frequency is capped, it is throttled, the soft temperature limit is reached: bits 1 to 3 of the
 * hexadecimal number for now, 17 to 19 for what has been since the kernel looked before [raspberrypi.c].
 */
export function throttled(text: string): readonly boolean[] | undefined {
  if (!/^[0-9a-f]{1,8}$/.test(text)) return undefined
  const bits = Number.parseInt(text, 16)
  return [1, 2, 3].map((bit) => ((bits >> bit) & 0x10001) !== 0)
}

/**
 * What is used of a life: `0x01 0x02` are tenths of two kinds of memory, of which the worse counts; 0 is not
 * given, 0b beyond [JEDEC JESD84-B51, DEVICE_LIFE_TIME_EST].
 */
export function lifeUsed(text: string): number | undefined {
  const tenths = text.split(' ').map((word) => (/^0x[0-9a-f]{2}$/.test(word) ? Number(word) : Number.NaN))
  const worst = Math.max(...tenths)
  return worst >= 1 ? Math.min(10, worst) / 10 : undefined
}

/** `0x01` is normal, 2 a warning at four fifths of the spare blocks, 3 urgent [PRE_EOL_INFO]. */
export function nearsEnd(text: string): boolean | undefined {
  return /^0x0[1-3]$/.test(text) ? Number(text) >= 2 : undefined
}
