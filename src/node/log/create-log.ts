import { pino } from 'pino'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { humanLine } from './human.ts'

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
