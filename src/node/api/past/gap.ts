import { isStale } from '../../../reading/staleness.ts'

/**
 * Whether readings are missing between two times of a series.
 * @param from,to Unix seconds
 * @param interval seconds between readings; 0 where there is none
 */
export function isGap(from: number, to: number, interval: number): boolean {
  return interval > 0 && isStale(to - from, interval)
}
