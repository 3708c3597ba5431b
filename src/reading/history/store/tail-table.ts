import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { defined } from '../../../defined.ts'
import type { Outcome, Reading, TimeQuality } from '../../reading.ts'
import type { Run } from '../../run.ts'
import type { NameTable } from './name-table.ts'
import type { Statements } from './statements.ts'

/** The tail of one series in one run. */
export interface Tail {
  readonly series: string
  readonly topic: string
  readonly unit: string | null
  readonly run: Run
}

/** Readings one a row: as a former version kept our own that were in no block, and as a salvage leaves what it finds. */
export class TailTable {
  readonly #statements: Statements
  readonly #names: NameTable

  constructor(statements: Statements, names: NameTable) {
    this.#statements = statements
    this.#names = names
  }

  append(topic: string, reading: Reading): void {
    const ids = this.#names.ids(reading.series, reading.position, topic, reading.unit)
    this.#statements
      .sql('INSERT OR IGNORE INTO tail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(...ids, ...rowOf(reading))
  }

  tails(): Tail[] {
    return this.#statements
      .sql(
        `SELECT name, topic, unit, epoch, boot
           FROM (SELECT DISTINCT series_id, run_id FROM tail)
           JOIN series ON series.id = series_id JOIN runs ON runs.id = run_id`
      )
      .all()
      .map((row) => ({
        series: String(row['name']),
        topic: String(row['topic']),
        unit: row['unit'] === null ? null : String(row['unit']),
        run: { epoch: Number(row['epoch']), boot: String(row['boot']) }
      }))
  }

  /** The readings of a tail from a seq on, ascending. */
  readings(series: string, run: Run, from: number): Reading[] {
    const ids = this.#names.find(series, run)
    if (ids === undefined) return []
    return this.#statements
      .sql(
        `SELECT tail.*, unit FROM tail JOIN series ON series.id = series_id
          WHERE series_id = ? AND run_id = ? AND seq >= ? ORDER BY seq`
      )
      .all(...ids, from)
      .map((row) => readingOf(series, run, row))
  }

  clear(): void {
    this.#statements.sql('DELETE FROM tail').run()
  }
}

/** The columns behind series and run. */
function rowOf(reading: Reading): SQLInputValue[] {
  const { value, fault } = reading
  return [
    reading.position.seq,
    reading.time,
    reading.mono ?? null,
    typeof value === 'boolean' ? String(value) : (value ?? null),
    fault?.code ?? null,
    fault?.text ?? null,
    reading.quality,
    reading.errorBound ?? null,
    reading.interval
  ]
}

/** The reading of a row that is joined with its series and run. */
export function readTail(row: Record<string, SQLOutputValue>): Reading {
  const run = { epoch: Number(row['epoch']), boot: String(row['boot']) }
  return readingOf(String(row['name']), run, row)
}

function readingOf(series: string, run: Run, row: Record<string, SQLOutputValue>): Reading {
  const { time, mono, unit, quality, error_bound: errorBound } = row
  return {
    series,
    position: { epoch: run.epoch, boot: run.boot, seq: Number(row['seq']) },
    time: time === null ? null : Number(time),
    quality: Number(quality) as TimeQuality,
    ...defined({
      errorBound: errorBound === null ? undefined : Number(errorBound),
      mono: mono === null ? undefined : Number(mono)
    }),
    unit: unit === null ? null : String(unit),
    interval: Number(row['interval']),
    ...outcomeOf(row)
  }
}

function outcomeOf({ value, fault, fault_text }: Record<string, SQLOutputValue>): Outcome {
  if (fault !== null) return { fault: { code: String(fault), text: String(fault_text) } }
  return { value: typeof value === 'string' ? value === 'true' : Number(value) }
}
