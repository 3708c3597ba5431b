import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** A database's prepared statements, each prepared once. */
export class Statements {
  readonly #db: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** @param text written in the source, never made of data: so their number is bounded */
  sql(text: string): StatementSync {
    const known = this.#prepared.get(text)
    if (known !== undefined) return known
    const statement = this.#db.prepare(text)
    this.#prepared.set(text, statement)
    return statement
  }

  pragma(name: string): number {
    return Number(this.sql(`PRAGMA ${name}`).get()?.[name])
  }
}
