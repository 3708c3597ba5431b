import { durationUnits, parseUnits } from '../../units.ts'

/** ISO 8601 date, with an optional time and zone. */
const DATE = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/

/**
 * Unix seconds of `1h` (so long ago) or of `2026-11-23`, `2026-11-23T10:00` in this machine's time zone.
 * @param now milliseconds since 1970
 * @returns NaN for anything else
 */
export function parseTime(text: string, now: number): number {
  const before = parseUnits(text, durationUnits)
  if (!Number.isNaN(before)) return (now - before) / 1000
  if (!DATE.test(text)) return Number.NaN
  // A date alone is midnight here; Date.parse would take it for midnight in Greenwich.
  return Date.parse(text.length === 10 ? `${text}T00:00` : text) / 1000
}
