/** A part of the local time: from `start` up to `end`, which belongs to the next one. Unix seconds. */
export interface Period {
  readonly start: number
  readonly end: number
}

const HOUR = 3600
const DAY = 86_400
/** Days from 1970-01-01, a Thursday, to a Monday: weeks begin with Monday (ISO 8601). */
const MONDAY = 4

/**
 * The period of the length `every` in which a time lies, in this machine's time zone: whole days are counted from
 * midnight to midnight, those of 7 days from Monday; shorter periods from midnight on, the last one of a day ending with
 * it. Where the clocks are set back, the hour that occurs twice is two periods; a longer period of that day is longer.
 * @param at Unix seconds
 * @param every seconds, at least 1
 */
export function localPeriod(at: number, every: number): Period {
  const date = new Date(at * 1000)
  if (every >= DAY) return periodOfDays(date, Math.round(every / DAY))
  // Hours and less go by elapsed time from a full hour, which no change of the clocks divides.
  return every <= HOUR && HOUR % every === 0 ? periodByOffset(at, date, every) : periodByClock(date, every)
}

function periodByOffset(at: number, date: Date, every: number): Period {
  const offset = -date.getTimezoneOffset() * 60
  const start = Math.floor((at + offset) / every) * every - offset
  return { start, end: start + every }
}

function periodByClock(date: Date, every: number): Period {
  const seconds = date.getHours() * HOUR + date.getMinutes() * 60 + date.getSeconds()
  const first = Math.floor(seconds / every) * every
  return { start: atSecond(date, first), end: atSecond(date, Math.min(first + every, DAY)) }
}

function periodOfDays(date: Date, days: number): Period {
  const number = Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 1000 / DAY)
  const shift = days % 7 === 0 ? MONDAY : 0
  const first = Math.floor((number - shift) / days) * days + shift
  const atDay = (day: number): number => new Date(1970, 0, 1 + day).getTime() / 1000
  return { start: atDay(first), end: atDay(first + days) }
}

/** The instant at which the clock shows so many seconds since midnight of that day: the first, if there are two. */
function atSecond(day: Date, seconds: number): number {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate(), 0, 0, seconds).getTime() / 1000
}
