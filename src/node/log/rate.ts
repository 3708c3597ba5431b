import type { Cancel, Clock } from '../../clock.ts'
import type { Log, LogFields } from '../../log.ts'

const MINUTE_MS = 60_000
/** Messages told apart; what is beyond shares one place. */
const MAX_MESSAGES = 64

export interface RateLimitedLog extends Log {
  /** Says what was held back so far; from then on everything is passed. */
  end(): void
}

interface Minute {
  passed: number
  held: number
  readonly finish: () => void
  readonly cancel: Cancel
}

/**
 * Passes at most `perMinute` lines a minute of each message (fields do not count: variable parts belong
 * there), and at the minute's end one more that says how many were held back. Whoever asks for debug lines
 * has all of them.
 */
export function rateLimited(log: Log, clock: Clock, perMinute: number): RateLimitedLog {
  const minutes = new Map<string, Minute>()
  let ended = false

  function limited(level: keyof Log) {
    return (message: string, fields?: LogFields): void => {
      if (ended) {
        log[level](message, fields)
        return
      }
      const key = minutes.has(message) || minutes.size < MAX_MESSAGES ? message : 'other messages'
      const minute = minutes.get(key) ?? begin(level, key)
      if (minute.passed >= perMinute) {
        minute.held += 1
        return
      }
      minute.passed += 1
      log[level](message, fields)
    }
  }

  function begin(level: keyof Log, key: string): Minute {
    const finish = (): void => {
      minutes.delete(key)
      if (minute.held > 0) log[level](key, { more: minute.held, seconds: MINUTE_MS / 1000 })
    }
    const minute: Minute = { passed: 0, held: 0, finish, cancel: clock.after(MINUTE_MS, finish) }
    minutes.set(key, minute)
    return minute
  }

  return {
    debug: (message, fields) => log.debug(message, fields),
    info: limited('info'),
    warn: limited('warn'),
    error: limited('error'),
    end() {
      ended = true
      for (const { cancel, finish } of [...minutes.values()]) {
        cancel()
        finish()
      }
    }
  }
}
