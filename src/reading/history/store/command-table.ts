import type { Statements } from './statements.ts'

/** What was commanded of an output, or what it did by itself, and what came of it. */
export interface CommandRow {
  /** Unix seconds; null where the clock was unknown. */
  readonly time: number | null
  /** Of the time: 0 synchronised, 1 estimated, 2 unknown. */
  readonly quality: 0 | 1 | 2
  /** Of the output; empty of several. */
  readonly name: string
  /** PeerId of who commanded it over the network; null as well of several. */
  readonly peer: string | null
  /** How that one is called here, or what of this machine it was. */
  readonly who: string
  /** `on`, `off`, `on, off` of several; of what it did by itself `start`, `stop`, `lease`, `max-on`, `initial`, `revoked`. */
  readonly asked: string
  /** Seconds of the lease. */
  readonly lease: number | null
  /** `on` or `off` as read back, else the code of the error, `refused` of several. */
  readonly answer: string
  /** What the error says. */
  readonly text: string | null
  /** How often, in a minute: equal refusals are one row. */
  readonly times: number
}

/** How much is kept. */
export interface CommandsKept {
  /** Rows; refusals are at most a quarter of them, those of commands that were not tried a sixteenth. */
  readonly rows: number
  /** Unix seconds: rows before it are deleted; undefined where the time is unknown. */
  readonly since: number | undefined
}

/** Parts of the rows. */
const REFUSALS = 1 / 4
const UNTRIED = 1 / 16
/** Rows that are added until what is too much is deleted, as parts of all rows. */
const SLACK = 1 / 64
/** Seconds between two looks at the age. */
const AGEING = 3600
/** Rows that age deletes at once, as parts of all rows: a clock that is wrong for a while leaves the most. */
const AGED = 1 / 16

/** The log of commands, newest last. */
export class CommandTable {
  readonly #statements: Statements
  #added = Infinity
  #agedAt = -Infinity

  constructor(statements: Statements) {
    this.#statements = statements
  }

  add(rows: readonly CommandRow[], kept: CommandsKept): void {
    for (const { time, quality, name, peer, who, asked, lease, answer, text, times } of rows)
      this.#statements
        .sql(
          `INSERT INTO commands (time, quality, name, peer, who, asked, lease, answer, text, times)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
        )
        .run(time, quality, name, peer, who, asked, lease, answer, text, times)
    this.#added += rows.length
    if (this.#added >= kept.rows * SLACK) this.#retain(kept.rows)
    this.#age(kept)
  }

  /** The newest, oldest of them first. @param name of one output; of all unless given */
  newest(limit: number, name: string | undefined): CommandRow[] {
    const rows = this.#statements
      .sql('SELECT * FROM commands WHERE ?1 IS NULL OR name = ?1 ORDER BY id DESC LIMIT ?2')
      .all(name ?? null, limit)
    return rows.map(rowOf).reverse()
  }

  #retain(rows: number): void {
    this.#added = 0
    this.#statements
      .sql(
        `DELETE FROM commands WHERE answer IN ('denied', 'busy', 'refused') AND id <=
         (SELECT id FROM commands WHERE answer IN ('denied', 'busy', 'refused') ORDER BY id DESC LIMIT 1 OFFSET ?)`
      )
      .run(Math.floor(rows * UNTRIED))
    this.#statements
      .sql(
        `DELETE FROM commands WHERE text IS NOT NULL AND id <=
         (SELECT id FROM commands WHERE text IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?)`
      )
      .run(Math.floor(rows * REFUSALS))
    this.#statements
      .sql('DELETE FROM commands WHERE id <= (SELECT id FROM commands ORDER BY id DESC LIMIT 1 OFFSET ?)')
      .run(rows)
  }

  /** Deletes what is too old, the oldest first. */
  #age({ rows, since }: CommandsKept): void {
    if (since === undefined || Math.abs(since - this.#agedAt) < AGEING) return
    this.#agedAt = since
    this.#statements
      .sql('DELETE FROM commands WHERE id IN (SELECT id FROM commands WHERE time < ? ORDER BY id LIMIT ?)')
      .run(since, Math.max(1, Math.floor(rows * AGED)))
  }
}

/** What another program wrote into the file is taken as text and numbers as far as it is. */
function rowOf(row: Record<string, unknown>): CommandRow {
  const text = (name: string): string | null => (typeof row[name] === 'string' ? row[name] : null)
  const number = (name: string): number | null => (typeof row[name] === 'number' ? row[name] : null)
  const quality = number('quality')
  return {
    time: number('time'),
    quality: quality === 0 || quality === 1 ? quality : 2,
    name: text('name') ?? '',
    peer: text('peer'),
    who: text('who') ?? '',
    asked: text('asked') ?? '',
    lease: number('lease'),
    answer: text('answer') ?? '',
    text: text('text'),
    times: number('times') ?? 1
  }
}
