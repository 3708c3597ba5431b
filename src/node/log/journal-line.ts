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
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()]
  const head = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
  if (own !== undefined && typeof own['msg'] === 'string' && typeof own['level'] === 'string')
    return `${head} ${humanLine({ ...own, level: own['level'], msg: own['msg'], time: Number(own['time'] ?? time) })}`
  return `${head} ${date.toTimeString().slice(0, 8)} ${sanitize(message, 1000)}`
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
