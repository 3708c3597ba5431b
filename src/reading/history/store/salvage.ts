import { statSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { Reading } from '../../reading.ts'
import type { Run } from '../../run.ts'
import { isPeerId, parseSeries } from '../../series.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import type { Sealer } from '../../signed/sealer.ts'
import { signable } from '../../signed/signable.ts'
import { type PositionRange, rangesOf } from '../range.ts'
import { carve } from './carve.ts'
import {
  CarvedNames,
  type CarvedRange,
  type CarvedTail,
  carvedRange,
  carvedSealed,
  carvedTail,
  isBoot,
  isCount
} from './carved-tables.ts'
import { Expected } from './expected.ts'
import type { HistoryStore } from './history-store.ts'
import { readRun } from './name-table.ts'
import { cutTransactions } from './page-file.ts'
import { readTail } from './tail-table.ts'

export interface SalvageInit {
  readonly sealer: Pick<Sealer, 'peer' | 'quantities' | 'isGenuine' | 'open'>
  /** The ProtocolName of a quantity. */
  readonly topicOf: (quantity: string) => string | undefined
}

export interface Salvaged {
  /** Readings that came over. */
  readonly saved: number
  /** Readings that were there and did not come over. There may be more, of which no trace was left. */
  readonly lost: number
}

type Row = Readonly<Record<string, SQLOutputValue>>

/**
 * Copies what can be read of a damaged database into another: the times of runs, the tails of our own series, and every
 * pack and block whose signature is right. Where SQLite does not read all of it, the rows are looked for in the pages of
 * the file and of its log. All of this or, where it throws, nothing.
 * @throws SQLite's error where the other database cannot be written
 */
export function salvage(path: string, into: HistoryStore, init: SalvageInit): Salvaged {
  return into.transaction(() => {
    const before = into.count()
    const copy = new Copy(into, init)
    const isWhole = copyTables(path, copy) && cutTransactions(path) === 0
    if (!isWhole) copyCarved(path, copy)
    return { saved: into.count() - before, lost: copy.lost() }
  })
}

/** Takes rows over, each checked. */
class Copy {
  readonly #into: HistoryStore
  readonly #init: SalvageInit
  readonly #expected = new Expected()
  /** Keys of rows of the tail whose series or run is lost. */
  readonly #unreadable = new Set<string>()

  constructor(into: HistoryStore, init: SalvageInit) {
    this.#into = into
    this.#init = init
  }

  get peer(): string {
    return this.#init.sealer.peer
  }

  anchor(row: Row): void {
    const { peer, epoch, boot } = row
    if (isPeerId(String(peer)) && isCount(epoch) && isBoot(boot))
      this.#into.names.anchor(String(peer), readRun(row), readRun(row))
  }

  /** @param row of `tail`, with name, epoch and boot */
  tail(row: Row): void {
    const reading = this.#ownReading(row)
    if (reading === undefined) {
      this.#noteUnreadable(row)
      return
    }
    const { series, position } = reading
    this.#into.tail.append(this.#topicOf(series), reading)
    this.expect(series, position, position.seq, position.seq)
  }

  /** Unless it is not as its author signed it. */
  sealed(kind: SealedReadings['kind'], dated: unknown, bytes: Uint8Array): void {
    const ranges = this.open(kind, bytes)
    const [first] = ranges ?? []
    if (ranges === undefined || first === undefined) return
    const topic = this.#topicOf(first.series)
    for (const { series, run, from, to } of ranges) this.expect(series, run, from, to)
    this.#into.sealed.put({ kind, topic, dated: isCount(dated) ? dated : 0, bytes, ranges })
  }

  /** @returns what it holds, undefined where it is not as its author signed it */
  open(kind: SealedReadings['kind'], bytes: Uint8Array): PositionRange[] | undefined {
    const { sealer } = this.#init
    if (!sealer.isGenuine(kind, bytes)) return undefined
    const sealed = attempt(() => sealer.open(kind, '', bytes))
    return sealed && rangesOf(sealed.readings)
  }

  /** Notes that it was there. */
  expect(series: string, run: Run, from: number, to: number): void {
    this.#expected.add(series, run, from, to)
  }

  /** Readings of which there is a trace, and that did not come over. */
  lost(): number {
    return this.#unreadable.size + this.#expected.missingIn(this.#into, this.peer)
  }

  /** The reading as it will be signed, undefined where it cannot be. */
  #ownReading(row: Row): Reading | undefined {
    const { name, seq, epoch, boot, quality } = row
    const series = parseSeries(String(name))
    const isOwn = series?.peer === this.peer && isCount(seq) && isCount(epoch) && isBoot(boot)
    if (!isOwn || (quality !== 0 && quality !== 1 && quality !== 2)) return undefined
    const { quantities } = this.#init.sealer
    const unit = quantities.get(series.quantity)?.unit ?? null
    return attempt(() => signable(readTail({ ...row, unit }), quantities))
  }

  #noteUnreadable(row: Row): void {
    const { name, epoch, boot, seq } = row
    if (typeof name === 'string' && isCount(epoch) && isBoot(boot) && isCount(seq))
      this.expect(name, { epoch, boot }, seq, seq)
    else this.#unreadable.add(`${row['series_id']} ${row['run_id']} ${seq}`)
  }

  #topicOf(series: string): string {
    return this.#init.topicOf(parseSeries(series)?.quantity ?? '') ?? ''
  }
}

/** @returns whether everything was read */
function copyTables(path: string, copy: Copy): boolean {
  // SQLite deletes the log of an empty file.
  const db = statSync(path).size === 0 ? undefined : attempt(() => new DatabaseSync(path, { readOnly: true }))
  if (db === undefined) return false
  try {
    const named = forEachRow(db, NAMED, 'series_id, run_id, first_seq', (row) => {
      const { first_seq: from, last_seq: to } = row
      if (isCount(from) && isCount(to)) copy.expect(String(row['name']), readRun(row), from, to)
    })
    const anchored = forEachRow(db, ANCHORED, 'peers.id, runs.id', (row) => copy.anchor(row))
    let tails = 0
    const tail = forEachRow(db, TAILS, 'series_id, run_id, seq', (row) => {
      tails++
      copy.tail(row)
    })
    // A name that is lost hides its rows.
    const rows = attempt(() => Number(db.prepare('SELECT count(*) AS count FROM tail').get()?.['count']))
    // Packs and blocks last: they replace tail rows.
    const sealed = forEachRow(db, SEALED, 'id', (row) => {
      if (row['bytes'] instanceof Uint8Array)
        copy.sealed(row['kind'] === 'block' ? 'block' : 'pack', row['dated'], row['bytes'])
    })
    return named && anchored && tail && tails === rows && sealed
  } finally {
    db.close()
  }
}

const RUNS = 'JOIN runs ON runs.id = run_id'
const NAMED = `name, epoch, boot, first_seq, last_seq FROM ranges JOIN series ON series.id = series_id ${RUNS}`
const ANCHORED = 'peer, runs.* FROM runs JOIN peers ON peers.id = peer_id WHERE anchor_quality IS NOT NULL'
const TAILS = `name, epoch, boot, tail.* FROM tail JOIN series ON series.id = series_id ${RUNS}`
const SEALED = 'id, kind, dated, bytes FROM sealed'

/** As copyTables(), by the rows in the pages: by what is in them it is told which table they are of. */
function copyCarved(path: string, copy: Copy): void {
  const names = new CarvedNames()
  const tails: CarvedTail[] = []
  for (const row of carve(path)) {
    names.take(row)
    const tail = carvedTail(row)
    if (tail !== undefined) tails.push(tail)
  }
  const unnamed = tails.filter((tail) => names.of(tail) === undefined)
  if (unnamed.length > 0) nameByBlocks(path, copy, names, unnamed)
  const runs = new Set(tails.map(({ run }) => run))
  for (const anchor of names.anchors((run) => (runs.has(run) ? copy.peer : undefined))) copy.anchor(anchor)
  for (const tail of tails) {
    copy.tail({ series_id: tail.series, run_id: tail.run, ...tail.columns, ...names.of(tail) })
  }
  for (const row of carve(path)) {
    const sealed = carvedSealed(row)
    if (sealed !== undefined) copy.sealed(sealed.kind, sealed.dated, sealed.bytes)
    const range = carvedRange(row)
    const name = range && names.of(range)
    if (range !== undefined && name !== undefined) copy.expect(name.name, name, range.from, range.to)
  }
}

/** Ranges of a number that are looked at for its name: the block of one may be damaged. */
const TRIES = 8

/** Names that are lost are in the blocks of their series and run: a range says which numbers these have. */
function nameByBlocks(path: string, copy: Copy, names: CarvedNames, unnamed: readonly CarvedTail[]): void {
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
  for (const row of carve(path)) {
    const range = carvedRange(row)
    if (range === undefined) continue
    const ofSeries = isWanted(`series ${range.series}`)
    if (isWanted(`run ${range.run}`) || ofSeries) wanted.set(range.sealed, range)
  }
  for (const row of carve(path)) {
    const sealed = carvedSealed(row)
    const range = sealed && wanted.get(sealed.id)
    if (sealed === undefined || range === undefined) continue
    const [found, more] = copy.open(sealed.kind, sealed.bytes) ?? []
    const isIt = more === undefined && found?.from === range.from && found.to === range.to
    if (isIt && found.series.startsWith(`${copy.peer}/`)) names.learn(range, found)
  }
}

/**
 * The rows from the first on, until one cannot be read, then from the last back. A row may come twice.
 * @param order columns of a key
 * @returns whether all rows were read
 */
function forEachRow(db: DatabaseSync, select: string, order: string, take: (row: Row) => void): boolean {
  const back = order.replaceAll(/(,|$)/g, ' DESC$1')
  return (
    untilDamage(db, `SELECT ${select} ORDER BY ${order}`, take) ||
    untilDamage(db, `SELECT ${select} ORDER BY ${back}`, take)
  )
}

function untilDamage(db: DatabaseSync, sql: string, take: (row: Row) => void): boolean {
  const rows = attempt(() => db.prepare(sql).iterate())
  for (;;) {
    const next = rows && attempt(() => rows.next())
    if (next === undefined || next.done === true) return next !== undefined
    take(next.value)
  }
}

/** @returns undefined where it fails: what cannot be read is left out */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
