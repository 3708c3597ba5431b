import { pino } from 'pino'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { sanitize } from './sanitize.ts'

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Lines for a person, or JSON for a collector. */
  readonly format: 'text' | 'json'
  readonly clock: Clock
  write(line: string): void
}

export function createLog(options: LogOptions): Log {
  const { clock, level, format, write } = options
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":${clock.now()}`,
      formatters: { level: (label) => ({ level: label }) }
    },
    { write: format === 'json' ? write : (line: string) => write(`${humanLine(JSON.parse(line))}\n`) }
  )
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message)
  }
}

/** A line as pino writes it. */
interface LogEntry {
  readonly time: number
  readonly level: string
  readonly msg: string
  readonly [field: string]: unknown
}

/** `21:56:41 warn gossip refused  peer=…q7Xf2a reason=signature`; the level's word only when it is not info. */
export function humanLine(entry: LogEntry): string {
  const { time, level, msg, ...fields } = entry
  const clock = new Date(time).toTimeString().slice(0, 8)
  const word = level === 'info' ? '' : `${level} `
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`)
  return [`${clock} ${word}${sanitize(msg, 1000)}`, ...(rest.length === 0 ? [] : [rest.join(' ')])].join('  ')
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return sanitize(/^[^\s"=]+$/.test(text) || typeof value !== 'string' ? text : JSON.stringify(text))
}
