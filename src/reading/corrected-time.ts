import type { Clock } from '../clock.ts'
import type { ClockStatus } from '../hal/time-source.ts'

/** Unix seconds to the millisecond by the clock as its sources correct it; undefined where none knows the time. */
export function correctedTime(clock: Clock, status: ClockStatus): number | undefined {
  return status.quality === 2 ? undefined : Math.round(clock.now() + status.offset) / 1000
}
