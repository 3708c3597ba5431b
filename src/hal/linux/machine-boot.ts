import { readFileSync } from 'node:fs'
import type { MachineBoot } from '../world.ts'

/** random(4): drawn at each boot. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id'

/** @returns undefined where the kernel does not tell it */
export function machineBoot(): MachineBoot | undefined {
  try {
    const id = Number.parseInt(readFileSync(BOOT_ID, 'utf8').replaceAll('-', '').slice(0, 12), 16)
    // CLOCK_MONOTONIC, which counts from the boot (clock_gettime(2)), without the time of a suspended machine.
    return Number.isSafeInteger(id)
      ? { id, uptime: () => Number(process.hrtime.bigint() / 1_000_000n) }
      : undefined
  } catch {
    return undefined
  }
}
