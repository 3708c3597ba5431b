import { isStale } from '../../../reading/staleness.ts'

/** A reading, or the edge of a time that has some. */
export interface Moment {
  /** Unix seconds, or seconds since the start of a run. */
  readonly time: number
  /** Seconds between readings; 0 where there is none. */
  readonly interval: number
}

/** Whether readings are missing between two of a series. Of an interval that was changed meanwhile the longer one counts. */
export function isGap(before: Moment, after: Moment): boolean {
  if (Math.min(before.interval, after.interval) === 0) return false
  return isStale(after.time - before.time, Math.max(before.interval, after.interval))
}
