import type { Clock } from '../clock.ts'
import type { TimeQuality } from './reading.ts'

/** How far the wall clock is believed: what a time source (hal/time-source.ts) last said. */
export interface ClockStatus {
  readonly quality: TimeQuality
  /** Bound of the wall clock's error in seconds, where one is known. */
  readonly errorBound?: number
  /** Milliseconds to add to Clock.now() for the true time. */
  readonly offset: number
}

/** Unix seconds to the millisecond, undefined while nobody knows. */
export function believedTime(clock: Clock, belief: ClockStatus): number | undefined {
  return belief.quality === 2 ? undefined : Math.round(clock.now() + belief.offset) / 1000
}
