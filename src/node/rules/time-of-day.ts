import type { Day, TimeWhen } from '../../config/rules/rules.ts'

/** When a time of day comes next. */
export interface Occurrence {
  /** Unix milliseconds. */
  readonly at: number
  /** What is unusual about it: a clock that is changed on that day. */
  readonly note: string | undefined
}

/** As Date.getDay() counts. */
const WEEK: readonly Day[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
/** Days that are looked at: a week, and one more for a time that is over today. */
const LOOK_AHEAD = 8
const MINUTE = 60_000

/**
 * The first occurrence of a time of day after a moment, in the zone of this process. A time that does not exist on a
 * day, since the clock is put forward over it, comes as much later as it is put forward; one that is there twice, since
 * the clock is put back, comes at the first.
 * @param after Unix milliseconds
 */
export function nextOccurrence({ time, days }: TimeWhen, after: number): Occurrence | undefined {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  const from = new Date(after)
  for (let ahead = 0; ahead < LOOK_AHEAD; ahead++) {
    const date = new Date(from.getFullYear(), from.getMonth(), from.getDate() + ahead, hour, minute)
    const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + ahead, 12)
    const name = WEEK[day.getDay()]
    if (date.getTime() <= after || (days !== undefined && name !== undefined && !days.includes(name)))
      continue
    return { at: date.getTime(), note: noteOf(date, hour, minute, time) }
  }
  return undefined
}

function noteOf(date: Date, hour: number, minute: number, time: string): string | undefined {
  if (date.getHours() !== hour || date.getMinutes() !== minute)
    return `${time} does not exist on that day: the clock is put forward`
  const isTwice = [30, 60].some((more) => {
    const later = new Date(date.getTime() + more * MINUTE)
    return later.getHours() === hour && later.getMinutes() === minute
  })
  return isTwice ? `${time} comes twice on that day: the first counts` : undefined
}
