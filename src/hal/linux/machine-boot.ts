import { readFileSync } from 'node:fs'
import type { MachineBoot } from '../world.ts'

/** random(4): drawn at each boot. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** Its first number is CLOCK_BOOTTIME in seconds, which counts the time of a sleeping machine (proc_uptime(5)). */
const UPTIME = '/proc/uptime'

/** @returns undefined where the kernel does not tell it */
export function machineBoot(): MachineBoot | undefined {
  try {
    const id = Number.parseInt(readFileSync(BOOT_ID, 'utf8').replaceAll('-', '').slice(0, 12), 16)
    if (!Number.isSafeInteger(id)) return undefined
    return { id, uptime, slept: sleeps() }
  } catch {
    return undefined
  }
}

/** CLOCK_MONOTONIC, which counts from the boot, without the time of a sleeping machine (clock_gettime(2)). */
function uptime(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}

/** @returns what tells how long the machine has slept: where it cannot be read, as it was read last */
function sleeps(): () => number {
  let slept = 0
  let before: number | undefined
  return () => {
    try {
      const difference = boottime() - uptime()
      // Of a container, which has an uptime of its own, the difference alone says nothing.
      before ??= difference
      slept = Math.max(slept, difference - before)
    } catch {
      // No descriptor is free, or there is no such file.
    }
    return slept
  }
}

/** @throws where it cannot be read */
function boottime(): number {
  const seconds = Number.parseFloat(readFileSync(UPTIME, 'utf8'))
  if (!Number.isFinite(seconds)) throw new Error(`${UPTIME} has no number`)
  return seconds * 1000
}
