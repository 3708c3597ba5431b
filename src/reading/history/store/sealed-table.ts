import type { SQLOutputValue } from 'node:sqlite'
import type { Run } from '../../run.ts'
import { type PositionRange, without } from '../range.ts'
import type { Ids, NameTable } from './name-table.ts'
import { keptBytes, keptRows, rowsIn, signedBytes } from './sealed-bytes.ts'
import type { Statements } from './statements.ts'

type Row = Record<string, SQLOutputValue>

/** `rows`: readings of another author whose seals are lost (row-codec.ts). */
export type StoredKind = 'pack' | 'block' | 'rows'

/** Sealed bytes, or rows, with what they hold. */
export interface StoredSealed {
  readonly kind: StoredKind
  readonly topic: string
  /** Unix seconds from which its age counts, 0 while unknown. */
  readonly dated: number
  readonly bytes: Uint8Array
  readonly ranges: readonly PositionRange[]
}

/** A range of a series that lies in sealed bytes. */
export interface HeldRange {
  readonly from: number
  readonly to: number
  /** The number of the sealed bytes; below 0 for rows without their seals. */
  readonly sealed: number
  /** Unix seconds; null where unknown. */
  readonly started: number | null
  readonly ended: number | null
}

/** A range with the numbers of its series and run. */
export interface NumberedRange {
  readonly series: number
  readonly run: number
  readonly from: number
  readonly to: number
}

/** Packs and blocks that one statement deletes of an author. */
const DROP_STEP = 1024

/** Numbers of packs and blocks count up from 1: SQLite itself would go on with 0 after -1 (sqlite.org/autoinc.html). */
const NEXT_SEALED = '(SELECT max(0, ifnull(max(id), 0)) + 1 FROM sealed)'

/** Numbers of rows without their seals count down from -1. */
const NEXT_ROWS = '(SELECT min(0, ifnull(min(id), 0)) - 1 FROM sealed)'

/** The range of a series and run that begins at a seq. */
const AT_FIRST = 'WHERE series_id = ?1 AND run_id = ?2 AND first_seq = ?3'

const RANGE = 'first_seq, last_seq, sealed_id, started, ended'

/** Packs and blocks, and which ranges of which series lie in them. */
export class SealedTable {
  readonly #statements: Statements
  readonly #names: NameTable
  /** What was deleted, since the transaction began, because it was old or too much; with the numbers of its names. */
  readonly retired: NumberedRange[] = []

  constructor(statements: Statements, names: NameTable) {
    this.#statements = statements
    this.#names = names
  }

  /**
   * Stores sealed bytes, unless all their ranges are stored, in place of everything that they cover. Of rows, what no
   * sealed bytes hold.
   */
  put(stored: StoredSealed): void {
    const fresh = stored.ranges
      .flatMap((range) => {
        const ids = this.#names.ids(range.series, range.run, stored.topic, range.unit)
        const parts = stored.kind === 'rows' ? this.#unsealedParts(ids, range) : [range]
        return parts.map((range) => ({ range, ids }))
      })
      .filter(({ range, ids }) => !this.#isCovered(ids, range, stored.kind))
    if (fresh.length === 0) return
    const [seriesId = null] = fresh[0]?.ids ?? []
    const { lastInsertRowid } = this.#statements
      .sql(
        `INSERT INTO sealed (id, kind, dated, bytes, peer_id)
          VALUES (${stored.kind === 'rows' ? NEXT_ROWS : NEXT_SEALED}, ?, ?, ?, (SELECT peer_id FROM series WHERE id = ?))`
      )
      .run(stored.kind === 'block' ? 'block' : 'pack', stored.dated, keptOf(stored), seriesId)
    for (const { range, ids } of fresh) {
      if (stored.kind !== 'rows') this.#trimRows(ids, range)
      this.#dropCovered(ids, range)
      this.#putRange(ids, range, lastInsertRowid)
    }
  }

  /** Up to `limit` ranges that end at `from` or later, ascending. */
  ranges(series: string, run: Run, from: number, limit: number): HeldRange[] {
    const ids = this.#names.find(series, run)
    if (ids === undefined) return []
    // No range lies within another: of those that begin earlier only the last can reach `from`.
    return this.#statements
      .sql(
        `SELECT ${RANGE} FROM ranges
          WHERE series_id = ?1 AND run_id = ?2 AND last_seq >= ?3 AND first_seq >= ifnull(
            (SELECT max(first_seq) FROM ranges WHERE series_id = ?1 AND run_id = ?2 AND first_seq <= ?3), 0)
          ORDER BY first_seq LIMIT ?4`
      )
      .all(...ids, from, limit)
      .map(readRange)
  }

  /** Every range of a run, ascending. */
  held(series: string, run: Run): Pick<HeldRange, 'from' | 'to' | 'sealed'>[] {
    const ids = this.#names.find(series, run)
    if (ids === undefined) return []
    // There may be thousands, of which nothing else is wanted.
    return this.#statements
      .rows(
        'SELECT first_seq, last_seq, sealed_id FROM ranges WHERE series_id = ? AND run_id = ? ORDER BY first_seq'
      )
      .all(...ids)
      .map(([from, to, sealed]) => ({ from: Number(from), to: Number(to), sealed: Number(sealed) }))
  }

  /** Rows of a series without their seals, ascending. */
  unsealed(series: string): { run: Run; from: number; to: number }[] {
    const { id } = this.#statements.sql('SELECT min(id) AS id FROM sealed').get() ?? {}
    if (id === null || Number(id) >= 0) return []
    return this.#statements
      .sql(
        `SELECT epoch, boot, first_seq, last_seq
           FROM ranges JOIN series ON series.id = series_id JOIN runs ON runs.id = run_id
          WHERE name = ? AND sealed_id < 0 ORDER BY epoch, boot, first_seq`
      )
      .all(series)
      .map((row) => ({
        run: { epoch: Number(row['epoch']), boot: String(row['boot']) },
        from: Number(row['first_seq']),
        to: Number(row['last_seq'])
      }))
  }

  /** The first seq of the first pack, or rows, that end at `from` or later. */
  firstPack(series: string, run: Run, from: number): number | undefined {
    const ids = this.#names.find(series, run)
    if (ids === undefined) return undefined
    const row = this.#statements
      .sql(
        `SELECT first_seq FROM ranges JOIN sealed ON sealed.id = sealed_id
          WHERE series_id = ? AND run_id = ? AND last_seq >= ? AND kind = 'pack' ORDER BY first_seq LIMIT 1`
      )
      .get(...ids, from)
    return row === undefined ? undefined : Number(row['first_seq'])
  }

  /** The last range of a run; of those that are sealed, where `sealed` is true. */
  lastRange(series: string, run: Run, { sealed = false } = {}): HeldRange | undefined {
    const ids = this.#names.find(series, run)
    const row =
      ids &&
      this.#statements
        .sql(
          `SELECT ${RANGE} FROM ranges WHERE series_id = ? AND run_id = ? AND sealed_id >= ?
            ORDER BY first_seq DESC LIMIT 1`
        )
        .get(...ids, sealed ? 0 : Number.MIN_SAFE_INTEGER)
    return row === undefined ? undefined : readRange(row)
  }

  /** Sealed bytes, or rows, by the number that a range names. */
  get(id: number): { kind: StoredKind; bytes: Uint8Array } | undefined {
    const row = this.#statements.sql('SELECT kind, bytes FROM sealed WHERE id = ?').get(id)
    if (row === undefined) return undefined
    const kept = row['bytes'] as Uint8Array
    if (id < 0) return { kind: 'rows', bytes: rowsIn(kept) ?? new Uint8Array() }
    return { kind: kindOf(row), bytes: signedBytes(kept) }
  }

  /** How many readings are held; those in two overlapping packs count twice. */
  count(): number {
    const row = this.#statements
      .sql('SELECT ifnull(sum(last_seq - first_seq + 1), 0) AS count FROM ranges')
      .get()
    return Number(row?.['count'])
  }

  /** The newest date of what is kept, 0 where there is none. */
  newestDate(): number {
    return Number(
      this.#statements.sql('SELECT ifnull(max(dated), 0) AS newest FROM sealed').get()?.['newest']
    )
  }

  /** Dates what was kept while the time was unknown. */
  dateUndated(now: number): void {
    this.#statements.sql('UPDATE sealed SET dated = ? WHERE dated = 0').run(now)
  }

  drop(id: number): void {
    this.#statements.sql('DELETE FROM sealed WHERE id = ?').run(id)
  }

  /** @returns how many packs and blocks were deleted */
  dropOlderThan(date: number): number {
    return this.#retire('SELECT id FROM sealed WHERE dated < ?', date)
  }

  /** @returns how many packs and blocks were deleted */
  dropOldest(count: number): number {
    return this.#retire('SELECT id FROM sealed ORDER BY dated, id LIMIT ?', count)
  }

  /** The bytes that are held of each author. */
  usage(): [peer: string, bytes: number][] {
    return this.#statements
      .rows('SELECT peer, bytes FROM peers WHERE bytes > 0')
      .all()
      .map(([peer, bytes]) => [String(peer), Number(bytes)])
  }

  bytesOf(peer: string): number {
    return Number(this.#statements.sql('SELECT bytes FROM peers WHERE peer = ?').get(peer)?.['bytes'] ?? 0)
  }

  /**
   * Deletes an author's oldest packs and blocks, as many as hold this many bytes, at most DROP_STEP.
   * @returns how many were deleted
   */
  dropOldestOf(peer: string, bytes: number): number {
    const oldest = `SELECT id, length(bytes) AS size FROM sealed
      WHERE peer_id = (SELECT id FROM peers WHERE peer = ?) ORDER BY dated, id LIMIT ${DROP_STEP}`
    const summed = `SELECT id, sum(size) OVER (ROWS UNBOUNDED PRECEDING) - size AS before FROM (${oldest})`
    return this.#retire(`SELECT id FROM (${summed}) WHERE before < ?`, peer, bytes)
  }

  /** @param ids the query of what is deleted */
  #retire(ids: string, ...values: (string | number)[]): number {
    const ranges = this.#statements
      .rows(`SELECT series_id, run_id, first_seq, last_seq FROM ranges WHERE sealed_id IN (${ids})`)
      .all(...values)
    for (const [series, run, from, to] of ranges)
      this.retired.push({ series: Number(series), run: Number(run), from: Number(from), to: Number(to) })
    return Number(this.#statements.sql(`DELETE FROM sealed WHERE id IN (${ids})`).run(...values).changes)
  }

  #putRange(ids: Ids, range: PositionRange, sealed: number | bigint): void {
    this.#statements
      .sql('INSERT INTO ranges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        ...ids,
        range.from,
        range.to,
        sealed,
        range.started,
        range.ended,
        range.faults,
        range.minimum,
        range.mean,
        range.maximum
      )
  }

  /** A block is better than a pack of just the same readings. */
  #isCovered(ids: Ids, { from, to }: PositionRange, kind: StoredKind): boolean {
    const before = this.#statements
      .sql(
        `SELECT first_seq, last_seq, kind, sealed_id FROM ranges JOIN sealed ON sealed.id = sealed_id
          WHERE series_id = ? AND run_id = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1`
      )
      .get(...ids, from)
    if (before === undefined || Number(before['last_seq']) < to) return false
    if (Number(before['sealed_id']) < 0 && kind !== 'rows') return false
    const same = before['first_seq'] === from && before['last_seq'] === to
    return !(same && kind === 'block' && kindOf(before) === 'pack')
  }

  #unsealedParts(ids: Ids, range: PositionRange): PositionRange[] {
    const sealed = this.#statements
      .sql(
        `SELECT ${RANGE} FROM ranges
          WHERE series_id = ?1 AND run_id = ?2 AND sealed_id >= 0 AND last_seq >= ?3 AND first_seq <= ?4
            AND first_seq >= ifnull(
              (SELECT max(first_seq) FROM ranges WHERE series_id = ?1 AND run_id = ?2 AND first_seq <= ?3), 0)
          ORDER BY first_seq`
      )
      .all(...ids, range.from, range.to)
      .map(readRange)
    return without(range, sealed).map((part) => ({ ...range, ...part }))
  }

  /** Rows whose seals are lost make room for sealed bytes: what is left of them has no seq twice. */
  #trimRows(ids: Ids, { from, to }: PositionRange): void {
    const overlapping = this.#statements
      .sql(
        `SELECT first_seq, last_seq FROM ranges
          WHERE series_id = ?1 AND run_id = ?2 AND sealed_id < 0 AND last_seq >= ?3 AND first_seq <= ?4
            AND NOT (first_seq >= ?3 AND last_seq <= ?4)
            AND first_seq >= ifnull(
              (SELECT max(first_seq) FROM ranges WHERE series_id = ?1 AND run_id = ?2 AND first_seq <= ?3), 0)`
      )
      .all(...ids, from, to)
    for (const row of overlapping) {
      const [first, last] = [Number(row['first_seq']), Number(row['last_seq'])]
      if (last > to) this.#copyRange(ids, first, to + 1)
      if (first < from) this.#endRange(ids, first, from - 1)
      else this.#statements.sql(`DELETE FROM ranges ${AT_FIRST}`).run(...ids, first)
    }
  }

  #copyRange(ids: Ids, first: number, from: number): void {
    this.#statements
      .sql(
        `INSERT INTO ranges
          SELECT series_id, run_id, ?4, last_seq, sealed_id, started, ended, faults, minimum, mean, maximum
            FROM ranges ${AT_FIRST}`
      )
      .run(...ids, first, from)
  }

  #endRange(ids: Ids, first: number, to: number): void {
    this.#statements.sql(`UPDATE ranges SET last_seq = ?4 ${AT_FIRST}`).run(...ids, first, to)
  }

  #dropCovered(ids: Ids, { from, to }: PositionRange): void {
    this.#statements
      .sql('DELETE FROM tail WHERE series_id = ? AND run_id = ? AND seq BETWEEN ? AND ?')
      .run(...ids, from, to)
    const covered = this.#statements
      .sql(
        `DELETE FROM ranges WHERE series_id = ? AND run_id = ? AND first_seq BETWEEN ? AND ? AND last_seq <= ?
          RETURNING sealed_id`
      )
      .all(...ids, from, to, to)
    for (const row of covered) this.#dropEmpty(Number(row['sealed_id']))
  }

  #dropEmpty(id: number): void {
    this.#statements
      .sql('DELETE FROM sealed WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM ranges WHERE sealed_id = ?1)')
      .run(id)
  }
}

function keptOf({ kind, bytes }: StoredSealed): Uint8Array {
  return kind === 'rows' ? keptRows(bytes) : keptBytes(bytes)
}

function kindOf(row: Row): 'pack' | 'block' {
  return row['kind'] === 'block' ? 'block' : 'pack'
}

function numberOrNull(value: SQLOutputValue | undefined): number | null {
  return typeof value === 'number' ? value : null
}

function readRange(row: Row): HeldRange {
  return {
    from: Number(row['first_seq']),
    to: Number(row['last_seq']),
    sealed: Number(row['sealed_id']),
    started: numberOrNull(row['started']),
    ended: numberOrNull(row['ended'])
  }
}
