import { sanitize } from './sanitize.ts'

/** A line as pino writes it. */
export interface LogEntry {
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
