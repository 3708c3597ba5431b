import type { Clock } from '../clock.ts'
import type { Log, LogFields } from '../log.ts'

const MINUTE_MS = 60_000
/** Messages told apart; what is beyond shares one place. */
const MOST_MESSAGES = 64

/**
 * Passes at most `perMinute` lines a minute of each message (fields do not count: variable parts belong
 * there), and at the minute's end one more that says how many were held back.
 */
export function rateLimited(log: Log, clock: Clock, perMinute: number): Log {
  const minutes = new Map<string, { passed: number; held: number }>()

  function limited(level: keyof Log) {
    return (message: string, fields?: LogFields): void => {
      const key = minutes.has(message) || minutes.size < MOST_MESSAGES ? message : 'other messages'
      const minute = minutes.get(key) ?? begin(level, key)
      if (minute.passed >= perMinute) {
        minute.held += 1
        return
      }
      minute.passed += 1
      log[level](message, fields)
    }
  }

  function begin(level: keyof Log, key: string): { passed: number; held: number } {
    const minute = { passed: 0, held: 0 }
    minutes.set(key, minute)
    clock.after(MINUTE_MS, () => {
      minutes.delete(key)
      if (minute.held > 0) log[level](key, { more: minute.held, seconds: MINUTE_MS / 1000 })
    })
    return minute
  }

  return { debug: limited('debug'), info: limited('info'), warn: limited('warn'), error: limited('error') }
}
