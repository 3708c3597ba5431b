import { durationUnits, guessUnits, parseUnits } from '../../units.ts'

/** ISO 8601 date, with an optional time and zone. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d:?\d\d)?)?$/
/** `23:00`, `yesterday`, `today 06:30` */
const CLOCK = /^(?:(today|yesterday)(?:[T ]|$))?(\d\d?:\d\d(?::\d\d)?)?$/
const DAY_MS = 86_400_000

/** Milliseconds of `30s`, and of other spellings of a unit: `10m`, `10 minutes`. NaN for anything else. */
export function parseDuration(text: string): number {
  const exact = parseUnits(text, durationUnits)
  // A bare number has no unit to understand.
  const spelled = /[a-z]/i.test(text) ? guessUnits(text, durationUnits, 's') : undefined
  return Number.isNaN(exact) && spelled !== undefined ? parseUnits(spelled, durationUnits) : exact
}

/**
 * Unix seconds of a time in the past, in this machine's time zone unless the text has another.
 *
 *     1h, 10m                 so long ago
 *     23:00                   the last time it was 23:00
 *     today, yesterday 06:30  midnight, or that time of the day
 *     2026-11-23T10:00        a date; midnight without a time
 *
 * @param now milliseconds since 1970
 * @returns NaN for anything else, and for a date that does not exist
 */
export function parseTime(text: string, now: number): number {
  if (text === 'now') return now / 1000
  const before = parseDuration(text)
  if (!Number.isNaN(before)) return (now - before) / 1000
  return (DATE.test(text) ? parseDate(text) : parseClock(text, now)) / 1000
}

function parseDate(text: string): number {
  const [, year, month, day, time = '00:00', zone = ''] = DATE.exec(text) ?? []
  // Date.parse() takes 30 February for 2 March.
  const midnight = new Date(`${year}-${month}-${day}T00:00Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return Number.NaN
  // Without a time it would be midnight in UTC.
  return Date.parse(`${year}-${month}-${day}T${time}${zone}`)
}

function parseClock(text: string, now: number): number {
  const [whole, day, time] = CLOCK.exec(text) ?? []
  if (whole === undefined || whole === '') return Number.NaN
  const at = (date: Date): number => atTime(date, time ?? '0:00')
  const today = at(new Date(now))
  if (day === 'today' || (day === undefined && today <= now)) return today
  return Number.isNaN(today) ? today : at(dayBefore(new Date(now)))
}

/** That time of that day. */
function atTime(day: Date, time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), hours, minutes, seconds).getTime()
}

/** By the calendar: a day can have 23 or 25 hours. */
function dayBefore(day: Date): Date {
  const noon = new Date(day.getFullYear(), day.getMonth(), day.getDate(), 12).getTime()
  return new Date(noon - DAY_MS)
}
