import type { Statements } from './statements.ts'

/** How far the salvage of a damaged file is: the rows that SQLite reads, then the pages of the file, then nothing more. */
export interface SalvageProgress {
  readonly phase: 'rows' | 'pages' | 'done'
  /** The last row of `sealed`, -1 before any, or the last page, that was taken over. */
  readonly at: number
}

/**
 * How far the salvage of each damaged file into this database is. The table is made with its first row and is in no
 * version of the schema: an earlier kith does not look at it. A row stays: no other file gets its name, since a file that
 * is set aside is followed by a new database.
 */
export class SalvageTable {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  get(file: string): SalvageProgress {
    const isMade = this.#statements.sql("SELECT 1 FROM sqlite_schema WHERE name = 'salvage'").get()
    const row = isMade && this.#statements.sql('SELECT phase, "at" FROM salvage WHERE file = ?').get(file)
    const phase = row?.['phase']
    if (phase !== 'pages' && phase !== 'done') return { phase: 'rows', at: Number(row?.['at'] ?? -1) }
    return { phase, at: Number(row?.['at']) }
  }

  set(file: string, { phase, at }: SalvageProgress): void {
    const columns = 'file TEXT PRIMARY KEY, phase TEXT NOT NULL, "at" INTEGER NOT NULL'
    this.#statements.sql(`CREATE TABLE IF NOT EXISTS salvage (${columns}) WITHOUT ROWID`).run()
    this.#statements.sql('INSERT OR REPLACE INTO salvage VALUES (?, ?, ?)').run(file, phase, at)
  }
}
