import type { LostRow, ReadingRow } from '../../node/api/reading-rows.ts'

const COLUMNS = [
  'time',
  'peer',
  'series',
  'value',
  'unit',
  'fault',
  'quality',
  'epoch',
  'boot',
  'seq',
  'to',
  'since_start'
] as const

/**
 * The header. `to` is set for lost readings only (fault `lost`): the last seq of the range. `since_start` is set for
 * readings without a known time: seconds since their run began.
 */
export const CSV_HEAD = COLUMNS.join(',')

/** One line of RFC 4180, with the value in its SenML unit and the time as ISO 8601 in UTC. */
export function csvLine(row: ReadingRow | LostRow): string {
  const fields: Partial<Record<(typeof COLUMNS)[number], unknown>> =
    'lost' in row
      ? { ...row.lost, seq: row.lost.from, peer: row.peer, series: row.series, fault: 'lost' }
      : {
          ...row.position,
          time: row.time === null ? undefined : new Date(row.time * 1000).toISOString(),
          peer: row.peer,
          series: row.series,
          value: row.value,
          unit: row.unit,
          fault: row.fault?.code,
          quality: row.quality,
          since_start: row.sinceStart
        }
  return COLUMNS.map((column) => csvField(fields[column])).join(',')
}

/** A field, in quotes where it needs them. */
export function csvField(value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
