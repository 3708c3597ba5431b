import type { SQLOutputValue } from 'node:sqlite'
import { BoundedMap } from '../../../bounded-map.ts'
import type { Run } from '../../run.ts'
import type { AnchoredRun, RunAnchor } from '../history.ts'
import type { Statements } from './statements.ts'

/** Numbers under which a series and a run of its author stand in the other tables. */
export type Ids = readonly [series: number, run: number]

/** What the numbers of chunks stand for. */
export interface ChunkNames {
  readonly series: ReadonlyMap<number, { series: string; topic: string; unit: string | null }>
  readonly runs: ReadonlyMap<number, Run>
}

/** How many names are remembered with their numbers. */
const REMEMBERED = 4096

/** Peers, series and runs: the names that the other tables refer to by number. */
export class NameTable {
  readonly #statements: Statements
  readonly #numbers = new BoundedMap<string, number>(REMEMBERED)

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** The numbers of a series and a run of its author, given to them now if they have none. */
  ids(series: string, run: Run, topic: string, unit: string | null): Ids {
    return [this.#seriesId(series, topic, unit), this.#runId(authorOf(series), run)]
  }

  /** The numbers of a series and a run, undefined where one of them is not known. */
  find(series: string, run: Run): Ids | undefined {
    const row = this.#statements
      .sql(
        `SELECT series.id AS series, runs.id AS run FROM series JOIN runs USING (peer_id)
          WHERE name = ? AND epoch = ? AND boot = ?`
      )
      .get(series, run.epoch, run.boot)
    return row === undefined ? undefined : [Number(row['series']), Number(row['run'])]
  }

  series(): { name: string; topic: string }[] {
    return this.#statements
      .sql('SELECT name, topic FROM series ORDER BY name')
      .all()
      .map((row) => ({ name: String(row['name']), topic: String(row['topic']) }))
  }

  /** The ProtocolName of a series. */
  topic(series: string): string | undefined {
    const row = this.#statements.sql('SELECT topic FROM series WHERE name = ?').get(series)
    return row === undefined ? undefined : String(row['topic'])
  }

  /** The runs of an author from `min` on, ascending. */
  runs(peer: string, min: Run): AnchoredRun[] {
    return this.#statements
      .sql(
        `SELECT runs.* FROM runs JOIN peers ON peers.id = peer_id
          WHERE peer = ? AND (epoch, boot) >= (?, ?) ORDER BY epoch, boot`
      )
      .all(peer, min.epoch, min.boot)
      .map(readRun)
  }

  anchor(peer: string, run: Run, anchor: RunAnchor): void {
    this.#statements
      .sql(
        'UPDATE runs SET anchor_mono = ?, anchor_unix = ?, anchor_error = ?, anchor_quality = ? WHERE id = ?'
      )
      .run(anchor.mono, anchor.unix, anchor.errorBound ?? null, anchor.quality, this.#runId(peer, run))
  }

  /** Names of numbers: a chunk has only these. */
  ofChunks(): ChunkNames {
    const series = this.#statements.rows('SELECT id, name, topic, unit FROM series').all()
    const runs = this.#statements.rows('SELECT id, epoch, boot FROM runs').all()
    return {
      series: new Map(
        series.map(([id, name, topic, unit]) => [
          Number(id),
          { series: String(name), topic: String(topic), unit: unit === null ? null : String(unit) }
        ])
      ),
      runs: new Map(
        runs.map(([id, epoch, boot]) => [Number(id), { epoch: Number(epoch), boot: String(boot) }])
      )
    }
  }

  /**
   * Removes names to which nothing refers, but for our present run.
   * @param tails whose rows are in memory
   * @param chunks numbers that chunks have: also of rows that are no longer needed, since a start reads these too
   */
  dropUnused(
    present: Run | undefined,
    tails: readonly { series: string; run: Run }[],
    chunks: readonly Ids[]
  ): void {
    const used = (column: string): string =>
      `SELECT ${column} FROM ranges UNION SELECT ${column} FROM tail UNION SELECT value FROM json_each(?)`
    const { epoch, boot } = present ?? { epoch: -1, boot: '' }
    const found = tails.map(({ series, run }) => this.find(series, run)).filter((ids) => ids !== undefined)
    const numbers = (at: 0 | 1): string => JSON.stringify([...found, ...chunks].map((ids) => ids[at]))
    const sql = (text: string) => this.#statements.sql(text)
    sql(`DELETE FROM runs WHERE id NOT IN (${used('run_id')}) AND NOT (epoch = ? AND boot = ?)`).run(
      numbers(1),
      epoch,
      boot
    )
    sql(`DELETE FROM series WHERE id NOT IN (${used('series_id')})`).run(numbers(0))
    sql('DELETE FROM peers WHERE id NOT IN (SELECT peer_id FROM runs UNION SELECT peer_id FROM series)').run()
    this.forgetNumbers()
  }

  /** After a rollback, or rows were deleted, remembered numbers may be of no row. */
  forgetNumbers(): void {
    this.#numbers.clear()
  }

  #seriesId(name: string, topic: string, unit: string | null): number {
    return this.#remembered(name, () => {
      this.#statements
        .sql('INSERT OR IGNORE INTO series (peer_id, name, topic, unit) VALUES (?, ?, ?, ?)')
        .run(this.#peerId(authorOf(name)), name, topic, unit)
      return this.#statements.sql('SELECT id FROM series WHERE name = ?').get(name)
    })
  }

  #runId(peer: string, { epoch, boot }: Run): number {
    return this.#remembered(`${peer} ${epoch} ${boot}`, () => {
      const id = this.#peerId(peer)
      this.#statements
        .sql('INSERT OR IGNORE INTO runs (peer_id, epoch, boot) VALUES (?, ?, ?)')
        .run(id, epoch, boot)
      return this.#statements
        .sql('SELECT id FROM runs WHERE peer_id = ? AND epoch = ? AND boot = ?')
        .get(id, epoch, boot)
    })
  }

  #peerId(peer: string): number {
    return this.#remembered(peer, () => {
      this.#statements.sql('INSERT OR IGNORE INTO peers (peer) VALUES (?)').run(peer)
      return this.#statements.sql('SELECT id FROM peers WHERE peer = ?').get(peer)
    })
  }

  #remembered(name: string, row: () => Record<string, SQLOutputValue> | undefined): number {
    const known = this.#numbers.touch(name)
    if (known !== undefined) return known
    const number = Number(row()?.['id'])
    this.#numbers.set(name, number)
    return number
  }
}

/** The PeerId in front of a series' name. */
export function authorOf(series: string): string {
  return series.slice(0, series.indexOf('/'))
}

export function readRun(row: Record<string, SQLOutputValue>): AnchoredRun {
  const bound = row['anchor_error'] === null ? {} : { errorBound: Number(row['anchor_error']) }
  const quality = row['anchor_quality']
  return {
    epoch: Number(row['epoch']),
    boot: String(row['boot']),
    mono: Number(row['anchor_mono']),
    unix: row['anchor_unix'] === null ? null : Number(row['anchor_unix']),
    ...bound,
    quality: quality === 0 || quality === 1 ? quality : 2
  }
}
