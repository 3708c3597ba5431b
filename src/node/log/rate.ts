import type { Cancel, Clock } from '../../clock.ts'
import type { Log, LogFields } from '../../log.ts'
import { subjectOf, templateOf } from './template.ts'

const PERIOD_MS = 60_000
const MAX_PERIOD_MS = 3_600_000
/** Maximum templates with a limit of their own; all others share one. */
const MAX_TEMPLATES = 64
/** Maximum subjects of a template with a limit of their own: strangers can be subjects. */
const MAX_SUBJECTS = 8

export interface RateLimitedLog extends Log {
  /** Writes the counts of the suppressed lines; from then on nothing is suppressed. */
  end(): void
}

interface Limit {
  passed: number
  suppressed: number
  /** Milliseconds. */
  period: number
  max: number
  cancel: Cancel
  finish(): void
}

type Limited = 'info' | 'warn' | 'error'

/**
 * Limits lines by what they say and about whom: by level, message and subject, not by numbers, bytes or other
 * fields, which vary. In the first minute `perMinute` lines pass; at its end one more line counts the suppressed ones
 * (`more`). While lines are being suppressed, each following period is twice as long, up to 1 h, and passes one
 * line. A period without suppressed lines ends the limit. Debug lines always pass.
 */
export function rateLimited(log: Log, clock: Clock, perMinute: number): RateLimitedLog {
  const limits = new RateLimits(log, clock, perMinute)
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: (message, fields) => limits.write('info', message, fields),
    warn: (message, fields) => limits.write('warn', message, fields),
    error: (message, fields) => limits.write('error', message, fields),
    end: () => limits.end()
  }
}

class RateLimits {
  readonly #log: Log
  readonly #clock: Clock
  readonly #perMinute: number
  /** By template, then by subject. */
  readonly #limits = new Map<string, Map<string, Limit>>()
  #ended = false

  constructor(log: Log, clock: Clock, perMinute: number) {
    this.#log = log
    this.#clock = clock
    this.#perMinute = perMinute
  }

  write(level: Limited, message: string, fields?: LogFields): void {
    const limit = this.#ended ? undefined : this.#limitOf(level, message, fields)
    if (limit !== undefined && limit.passed >= limit.max) {
      limit.suppressed += 1
      return
    }
    if (limit !== undefined) limit.passed += 1
    this.#log[level](message, fields)
  }

  end(): void {
    this.#ended = true
    for (const { cancel, finish } of [...this.#limits.values()].flatMap((subjects) => [
      ...subjects.values()
    ])) {
      cancel()
      finish()
    }
  }

  #limitOf(level: Limited, message: string, fields: LogFields | undefined): Limit {
    const limits = this.#limits
    const template = bounded(limits, `${level} ${templateOf(message)}`, MAX_TEMPLATES)
    const subjects = limits.get(template) ?? new Map<string, Limit>()
    limits.set(template, subjects)
    const subject = bounded(subjects, subjectOf(fields), MAX_SUBJECTS)
    const known = subjects.get(subject)
    if (known !== undefined) return known
    const shared = template === OTHERS ? 'other messages' : message
    const limit = this.#begin(level, shared, () => {
      subjects.delete(subject)
      if (subjects.size === 0) limits.delete(template)
    })
    subjects.set(subject, limit)
    return limit
  }

  /** @param message the first one of the template: with it the suppressed lines are counted */
  #begin(level: Limited, message: string, remove: () => void): Limit {
    const finish = (): void => {
      const { suppressed, period } = limit
      if (suppressed > 0) this.#log[level](message, { more: suppressed, seconds: period / 1000 })
      if (suppressed === 0 || this.#ended) remove()
      else {
        limit.period = Math.min(period * 2, MAX_PERIOD_MS)
        limit.max = 1
        limit.passed = 0
        limit.suppressed = 0
        limit.cancel = this.#clock.after(limit.period, finish)
      }
    }
    const cancel = this.#clock.after(PERIOD_MS, finish)
    const limit: Limit = {
      passed: 0,
      suppressed: 0,
      max: this.#perMinute,
      period: PERIOD_MS,
      cancel,
      finish
    }
    return limit
  }
}

/** The key of everything beyond a bound. */
const OTHERS = ''

function bounded(map: ReadonlyMap<string, unknown>, key: string, max: number): string {
  return map.has(key) || map.size < max ? key : OTHERS
}
