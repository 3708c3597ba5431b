import type { Clock } from '../clock.ts'
import type { ClockStatus } from '../hal/time-source.ts'
import { END_OF_TIME, MIN_UNIX_TIME } from './signed/senml.ts'

/**
 * Unix seconds to the millisecond by the clock as its sources correct it; undefined where none knows the time, or it
 * is one that no pack can carry (docs/protocols.md section 8, P19).
 */
export function correctedTime(clock: Clock, status: ClockStatus): number | undefined {
  if (status.quality === 2) return undefined
  const time = Math.round(clock.now() + status.offset) / 1000
  return time >= MIN_UNIX_TIME && time < END_OF_TIME ? time : undefined
}
