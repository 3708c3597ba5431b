import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { Sealer } from '../../signed/sealer.ts'
import { rangesOf } from '../range.ts'
import { carveSealed } from './carve.ts'
import type { HistoryStore } from './history-store.ts'
import { readRun } from './name-table.ts'
import { readTail } from './tail-table.ts'

export interface SalvageInit {
  readonly sealer: Pick<Sealer, 'isGenuine' | 'open'>
  /** The ProtocolName of a quantity. */
  readonly topicOf: (quantity: string) => string | undefined
}

type Row = Record<string, SQLOutputValue>

/**
 * Copies what can be read of a damaged database into another, table by table: the times of runs, the tails of our own
 * series, and every pack and block whose signature is right. Names that are lost are taken from the packs and blocks;
 * these are looked for in the pages of the file where SQLite does not find all of them. The rest is left out.
 */
export function salvage(path: string, into: HistoryStore, init: SalvageInit): void {
  into.transaction(() => {
    if (attempt(() => copyTables(path, into, init)) === true) return
    for (const row of carveSealed(path)) keep({ ...row }, into, init)
  })
}

/** @returns whether every pack and block was read */
function copyTables(path: string, into: HistoryStore, init: SalvageInit): boolean {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    forEachRow(db, ANCHORED, 'peers.id, runs.id', (row) =>
      into.names.anchor(String(row['peer']), readRun(row), readRun(row))
    )
    forEachRow(db, TAILS, 'series_id, run_id, seq', (row) =>
      into.tail.append(String(row['topic']), readTail(row))
    )
    // Packs and blocks last: they replace tail rows.
    return forEachRow(db, SEALED, 'id', (row) => keep(row, into, init))
  } finally {
    db.close()
  }
}

const ANCHORED = 'peer, runs.* FROM runs JOIN peers ON peers.id = peer_id WHERE anchor_quality IS NOT NULL'
const TAILS =
  'name, topic, unit, epoch, boot, tail.* FROM tail JOIN series ON series.id = series_id JOIN runs ON runs.id = run_id'
const SEALED = 'id, kind, dated, bytes FROM sealed'

function keep(row: Row, into: HistoryStore, { sealer, topicOf }: SalvageInit): void {
  const kind = row['kind'] === 'block' ? 'block' : 'pack'
  const bytes = row['bytes']
  if (!(bytes instanceof Uint8Array) || !sealer.isGenuine(kind, bytes)) return
  const sealed = attempt(() => sealer.open(kind, '', bytes))
  const [first] = sealed?.readings ?? []
  if (sealed === undefined || first === undefined) return
  const quantity = first.series.split('/').at(-1)?.split('.')[0] ?? ''
  const ranges = rangesOf(sealed.readings)
  into.sealed.put({ kind, topic: topicOf(quantity) ?? '', dated: Number(row['dated']), bytes, ranges })
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
