import { humanLine } from './create-log.ts'
import { jsonLine, sanitize } from './sanitize.ts'

/**
 * An entry of the service's log, as `journalctl --output=json` prints it, for people: date, time, and what kith or
 * systemd wrote. As JSON, an entry of kith is what it wrote itself.
 * @returns undefined for what is no entry
 */
export function journalLine(text: string, { json }: { readonly json: boolean }): string | undefined {
  const entry = objectOf(text)
  const message = entry?.['MESSAGE']
  // journalctl prints an array of bytes where the message is not UTF-8.
  if (entry === undefined || typeof message !== 'string') return undefined
  const time = Number(entry['__REALTIME_TIMESTAMP']) / 1000
  const own = objectOf(message)
  if (json) return jsonLine(own ?? { time, msg: message })
  const date = new Date(time)
  return (
    entryText({ time, ...own }) ??
    `${dayOf(date)} ${date.toTimeString().slice(0, 8)} ${sanitize(message, 1000)}`
  )
}

/** An entry of kith for people, with its date. @returns undefined for what is no entry */
export function entryText(entry: Readonly<Record<string, unknown>>): string | undefined {
  const { time, level, msg } = entry
  if (typeof msg !== 'string' || typeof level !== 'string' || typeof time !== 'number') return undefined
  return `${dayOf(new Date(time))} ${humanLine({ ...entry, level, msg, time })}`
}

function dayOf(date: Date): string {
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}
