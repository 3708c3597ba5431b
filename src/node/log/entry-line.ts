import { describeError } from '../../error.ts'
import type { LogFields } from '../../log.ts'
import { jsonLine } from './sanitize.ts'

export interface Entry {
  readonly level: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly fields?: LogFields | undefined
  readonly msg: string
}

/** Maximum elements of a list that are written. */
const MAX_ELEMENTS = 100

/**
 * An entry of the log as one line of JSON: level, time, fields, msg. It never throws: of a field that is not JSON, such
 * as a circle, the line says why. A field named like one of the entry's own parts is not written.
 */
export function entryLine({ level, time, fields, msg }: Entry): string {
  const entry = { level, time, ...fields }
  Object.assign(entry, { level, time, msg })
  try {
    return jsonLine(entry, plain)
  } catch {
    const checked = Object.entries(entry).map(([name, value]) => [name, writable(value)])
    return jsonLine(Object.fromEntries(checked), plain)
  }
}

function writable(value: unknown): unknown {
  try {
    JSON.stringify(value, plain)
    return value
  } catch (error) {
    return `not JSON: ${describeError(error).split('\n', 1)[0]}`
  }
}

/** What JSON has no form for, or one that says nothing. */
function plain(_name: string, value: unknown): unknown {
  if (value instanceof Error) return describeError(value)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (Array.isArray(value) && value.length > MAX_ELEMENTS)
    return [...value.slice(0, MAX_ELEMENTS), `and ${value.length - MAX_ELEMENTS} more`]
  return value
}
