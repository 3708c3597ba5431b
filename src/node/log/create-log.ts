import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { entryLine } from './entry-line.ts'
import { sanitize } from './sanitize.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LogOptions {
  /** The lowest that is written, as it is now. */
  readonly level: () => LogLevel
  /** Lines for a person, or JSON for a collector. */
  readonly format: 'text' | 'json'
  readonly clock: Clock
  write(line: string): void
}

/** Each writes what the following ones write too. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof LEVELS)[number]

export function createLog({ clock, level, format, write }: LogOptions): Log {
  const isShown = (each: Level): boolean => {
    const lowest = level()
    return lowest !== 'silent' && LEVELS.indexOf(each) >= LEVELS.indexOf(lowest)
  }
  const at = (each: Level): Log[Level] => {
    return (message, fields) => {
      if (!isShown(each)) return
      const line = entryLine({ level: each, time: clock.now(), fields, msg: message })
      write(`${format === 'json' ? line : humanLine(JSON.parse(line))}\n`)
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** A line of the log as JSON has it. */
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
