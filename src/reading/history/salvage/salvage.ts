import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { ReadPart } from '../store/chunk-table.ts'
import { NameTable, readRun } from '../store/name-table.ts'
import { PageFile } from '../store/page-file.ts'
import type { SalvageProgress } from '../store/salvage-table.ts'
import { CHUNKS_SINCE, versionOf } from '../store/schema.ts'
import { rowsIn, signedBytes } from '../store/sealed-bytes.ts'
import { Statements } from '../store/statements.ts'
import { attempt } from './attempt.ts'
import { carve } from './carve.ts'
import {
  CarvedNames,
  type CarvedRange,
  type CarvedTail,
  carvedChunk,
  carvedRange,
  carvedSealed,
  carvedTail,
  isCount
} from './carved-tables.ts'
import type { Change, CheckedRows, Row } from './checked-rows.ts'

/** One change of the new history. */
export interface Taken {
  readonly change: Change
  /** How far the salvage is once this is written. */
  readonly progress?: SalvageProgress
}

/** A row or a page was read, which gives a change of the new history or none. Between two steps other work may be done. */
type Step = Taken | undefined

/**
 * Reads what can be read of a damaged database: the times of runs, the tails of our own series, and every pack and block
 * whose signature is right. Where SQLite does not read all of it, the rows are looked for in the pages of the file and of
 * its log.
 * @param from how far an earlier process came: packs and blocks up to there are not read again
 * @throws the error of the file system where the file cannot be opened
 */
export function* salvage(path: string, rows: CheckedRows, from: SalvageProgress): Generator<Step, void> {
  const file = new PageFile(path)
  try {
    yield* file.load()
    const isInPages = from.phase === 'pages'
    // Where an earlier process came so far, its way goes on before anything is read again.
    if (isInPages) yield* readSealedPages(file, rows, from.at)
    const isRead = yield* readTables(path, rows, from)
    if (isRead && file.cutTransactions === 0) return
    if (!isInPages) yield* readSealedPages(file, rows, 0)
    yield* readPages(file, rows)
  } finally {
    file.close()
  }
}

const NAMED = `SELECT name, epoch, boot, first_seq, last_seq FROM ranges JOIN series ON series.id = series_id
  JOIN runs ON runs.id = run_id ORDER BY series_id, run_id, first_seq`
const ANCHORED = `SELECT peer, runs.* FROM runs JOIN peers ON peers.id = peer_id
  WHERE anchor_quality IS NOT NULL ORDER BY runs.id`
const TAILS = `SELECT name, epoch, boot, tail.* FROM tail LEFT JOIN series ON series.id = series_id
  LEFT JOIN runs ON runs.id = run_id ORDER BY series_id, run_id, seq`
const SEALED = 'SELECT id, kind, dated, bytes FROM sealed WHERE id > ? ORDER BY id'
/** Rows of others without their seals. */
const UNSEALED = 'SELECT bytes FROM sealed WHERE id < 0 ORDER BY id'

/** @returns whether everything was read */
function* readTables(path: string, rows: CheckedRows, from: SalvageProgress): Generator<Step, boolean> {
  // SQLite deletes the log of an empty file.
  const db = statSync(path).size === 0 ? undefined : attempt(() => new DatabaseSync(path, { readOnly: true }))
  if (db === undefined) return false
  let isNamed = true
  try {
    const sealed =
      from.phase === 'rows' &&
      (yield* readRows(db, SEALED, [from.at], (row) => {
        const { id, kind, dated, bytes } = row
        if (!(bytes instanceof Uint8Array)) return undefined
        const change = rows.sealed(kind === 'block' ? 'block' : 'pack', dated, bytes)
        return taken(change, { phase: 'rows', at: Number(id) })
      }))
    const named = yield* readRows(db, NAMED, [], (row) => {
      const { first_seq: first, last_seq: last } = row
      if (isCount(first) && isCount(last)) rows.expect(String(row['name']), readRun(row), first, last)
      return undefined
    })
    const anchored = yield* readRows(db, ANCHORED, [], (row) => taken(rows.anchor(row)))
    const tail = yield* readRows(db, TAILS, [], (row) => {
      // The names are looked for in the pages.
      if (row['name'] !== null && row['epoch'] !== null) return taken(rows.tail(row))
      isNamed = false
      return undefined
    })
    const chunks = yield* readChunks(db, rows)
    const unsealed = yield* readRowsOfOthers(db, rows)
    return sealed && named && anchored && tail && isNamed && chunks && unsealed
  } finally {
    db.close()
  }
}

/** @returns whether all were read, and named */
function* readChunks(db: DatabaseSync, rows: CheckedRows): Generator<Step, boolean> {
  if (!hasChunks(db)) return true
  const names = attempt(() => new NameTable(new Statements(db)).ofChunks())
  let isNamed = names !== undefined
  const parts: ReadPart[] = []
  const isRead = yield* readRows(db, 'SELECT bytes FROM chunks ORDER BY id', [], ({ bytes }) => {
    if (bytes instanceof Uint8Array) parts.push(...rows.chunk(bytes))
    return undefined
  })
  for (const part of parts) {
    const name = names?.series.get(part.series)
    const run = names?.runs.get(part.run)
    if (name === undefined || run === undefined) isNamed = false
    else for (const change of rows.chunkPart(part, { name: name.series, ...run })) yield { change }
  }
  return isNamed && isRead
}

/** A version before chunks has none. One whose version is lost may have. */
function hasChunks(db: DatabaseSync): boolean {
  const version = attempt(() => versionOf(db)) ?? 0
  return version === 0 || version >= CHUNKS_SINCE
}

/** @returns whether all were read */
function* readRowsOfOthers(db: DatabaseSync, rows: CheckedRows): Generator<Step, boolean> {
  const found = rowsOf(db, UNSEALED, [])
  for (;;) {
    const { done, value } = found.next()
    if (done === true) return value
    const { bytes } = value
    const kept = bytes instanceof Uint8Array ? rowsIn(bytes) : undefined
    if (kept !== undefined) for (const change of rows.storedRows(kept)) yield { change }
    yield
  }
}

/** A step for each row. @returns whether all were read */
function* readRows(
  db: DatabaseSync,
  sql: string,
  values: readonly number[],
  take: (row: Row) => Step
): Generator<Step, boolean> {
  const rows = rowsOf(db, sql, values)
  for (;;) {
    const { done, value } = rows.next()
    if (done === true) return value
    yield take(value)
  }
}

/** The rows until one cannot be read. @returns whether all were read */
function* rowsOf(db: DatabaseSync, sql: string, values: readonly number[]): Generator<Row, boolean> {
  const rows = attempt(() => db.prepare(sql).iterate(...values))
  for (;;) {
    const next = rows && attempt(() => rows.next())
    if (next === undefined || next.done === true) return next !== undefined
    yield next.value
  }
}

/** Packs and blocks by the rows in the pages behind one: by what is in them it is told which table they are of. */
function* readSealedPages(file: PageFile, rows: CheckedRows, done: number): Generator<Step, void> {
  for (const { page, rows: carved } of carve(file, done + 1)) {
    for (const row of carved) {
      const sealed = carvedSealed(row)
      const change = sealed && rows.sealed(sealed.kind, sealed.dated, sealed.bytes)
      if (change !== undefined) yield taken(change, { phase: 'pages', at: page - 1 })
    }
    yield
  }
}

/** The other tables in the same way. */
function* readPages(file: PageFile, rows: CheckedRows): Generator<Step, void> {
  const names = new CarvedNames()
  const tails: CarvedTail[] = []
  const parts: ReadPart[] = []
  for (const { rows: carved } of carve(file)) {
    for (const row of carved) {
      names.take(row)
      const tail = carvedTail(row)
      if (tail !== undefined) tails.push(tail)
      const chunk = carvedChunk(row)
      if (chunk !== undefined) parts.push(...rows.chunk(chunk))
    }
    yield
  }
  const unnamed = [...tails, ...parts].filter((row) => names.of(row) === undefined)
  if (unnamed.length > 0) yield* nameByBlocks(file, rows, names, unnamed)
  const runs = new Set([...tails, ...parts].map(({ run }) => run))
  for (const anchor of names.anchors((run) => (runs.has(run) ? rows.peer : undefined)))
    yield taken(rows.anchor(anchor))
  for (const tail of tails)
    yield taken(rows.tail({ series_id: tail.series, run_id: tail.run, ...tail.columns, ...names.of(tail) }))
  for (const part of parts) for (const change of rows.chunkPart(part, names.of(part))) yield { change }
  for (const { rows: carved } of carve(file)) {
    for (const row of carved) {
      const range = carvedRange(row)
      const name = range && names.of(range)
      if (range !== undefined && name !== undefined) rows.expect(name.name, name, range.from, range.to)
      const kept = rowsIn(carvedSealed(row)?.bytes ?? new Uint8Array())
      if (kept !== undefined) for (const change of rows.storedRows(kept)) yield { change }
    }
    yield
  }
}

/** Ranges of a number that are looked at for its name: the block of one may be damaged. */
const TRIES = 8

/** Names that are lost are in the blocks of their series and run: a range says which numbers these have. */
function* nameByBlocks(
  file: PageFile,
  rows: CheckedRows,
  names: CarvedNames,
  unnamed: readonly { series: number; run: number }[]
): Generator<undefined, void> {
  const tries = new Map<string, number>()
  for (const { series, run } of unnamed) {
    if (!names.series.has(series)) tries.set(`series ${series}`, TRIES)
    if (!names.runs.has(run)) tries.set(`run ${run}`, TRIES)
  }
  const isWanted = (key: string): boolean => {
    const left = tries.get(key) ?? 0
    if (left > 0) tries.set(key, left - 1)
    return left > 0
  }
  const wanted = new Map<number, CarvedRange>()
  for (const { rows: carved } of carve(file)) {
    for (const range of carved.flatMap((row) => carvedRange(row) ?? [])) {
      const ofSeries = isWanted(`series ${range.series}`)
      if (isWanted(`run ${range.run}`) || ofSeries) wanted.set(range.sealed, range)
    }
    yield
  }
  for (const { rows: carved } of carve(file)) {
    for (const sealed of carved.flatMap((row) => carvedSealed(row) ?? [])) {
      const range = wanted.get(sealed.id)
      if (range === undefined) continue
      const [found, more] = rows.open(sealed.kind, signedBytes(sealed.bytes)) ?? []
      const isIt = more === undefined && found?.from === range.from && found.to === range.to
      if (isIt && found.series.startsWith(`${rows.peer}/`)) names.learn(range, found)
      yield
    }
    yield
  }
}

function taken(change: Change | undefined, progress?: SalvageProgress): Step {
  return change && (progress === undefined ? { change } : { change, progress })
}
