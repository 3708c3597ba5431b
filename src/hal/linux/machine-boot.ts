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
    return { id, uptime, slept: () => Math.max(0, boottime() - uptime()) }
  } catch {
    return undefined
  }
}

/** CLOCK_MONOTONIC, which counts from the boot, without the time of a sleeping machine (clock_gettime(2)). */
function uptime(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}

function boottime(): number {
  return Number.parseFloat(readFileSync(UPTIME, 'utf8')) * 1000
}
