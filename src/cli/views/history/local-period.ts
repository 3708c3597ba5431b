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
  if (every > HOUR) return periodByClock(at, date, every)
  // Hours and less go by elapsed time: most changes of the clocks are at a full hour and divide no part of one.
  return HOUR % every === 0 ? periodByOffset(at, date, every) : periodByElapsed(at, date, every)
}

function periodByOffset(at: number, date: Date, every: number): Period {
  const offset = -date.getTimezoneOffset() * 60
  const start = Math.floor((at + offset) / every) * every - offset
  const end = start + every
  // A change by half an hour, as that of Lord Howe Island, divides an hour.
  return {
    start: isSameOffset(start, at) ? start : changeBetween(start, at),
    end: isSameOffset(end - 1, at) ? end : changeBetween(at, end - 1)
  }
}

/** Lengths of which no whole number is an hour: each is as long as the one before, until the day ends. */
function periodByElapsed(at: number, date: Date, every: number): Period {
  const midnight = atSecond(date, 0)
  const start = midnight + Math.floor((at - midnight) / every) * every
  return { start, end: Math.min(start + every, atSecond(date, DAY)) }
}

function periodByClock(at: number, date: Date, every: number): Period {
  const seconds = date.getHours() * HOUR + date.getMinutes() * 60 + date.getSeconds()
  const startOf = (index: number): number => atSecond(date, Math.min(index * every, DAY))
  let index = Math.floor(seconds / every)
  // In an hour that occurs twice the next one may have begun, behind one that does not occur not yet this one.
  if (startOf(index + 1) <= at) index += 1
  else if (startOf(index) > at) index -= 1
  return { start: startOf(index), end: startOf(index + 1) }
}

function isSameOffset(a: number, b: number): boolean {
  return new Date(a * 1000).getTimezoneOffset() === new Date(b * 1000).getTimezoneOffset()
}

/** The first second with the offset of `to`, which is another one than that of `from`. */
function changeBetween(from: number, to: number): number {
  let [before, after] = [Math.floor(from), Math.floor(to)]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (isSameOffset(middle, to)) after = middle
    else before = middle
  }
  return after
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
