import type { DatabaseSync } from 'node:sqlite'
import type { Run } from '../../run.ts'
import { NameTable } from './name-table.ts'
import { SalvageTable } from './salvage-table.ts'
import { SealedTable } from './sealed-table.ts'
import { Statements } from './statements.ts'
import { TailTable } from './tail-table.ts'
import { inTransaction } from './transaction.ts'

/** Packs and blocks that are deleted before the size is read again. */
const DROP_STEP = 16

/**
 * One database of readings. It batches nothing; every method may throw SQLite's error.
 */
export class HistoryStore {
  readonly names: NameTable
  readonly tail: TailTable
  readonly sealed: SealedTable
  readonly salvage: SalvageTable
  readonly #db: DatabaseSync
  readonly #statements: Statements

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#statements = new Statements(db)
    this.names = new NameTable(this.#statements)
    this.tail = new TailTable(this.#statements, this.names)
    this.sealed = new SealedTable(this.#statements, this.names)
    this.salvage = new SalvageTable(this.#statements)
  }

  /** All of `work` or nothing. */
  transaction<T>(work: () => T): T {
    try {
      return inTransaction(this.#db, work)
    } catch (error) {
      this.names.forgetNumbers()
      throw error
    }
  }

  /** Writes everything of this store into another. */
  copyInto(other: HistoryStore): void {
    for (const { peer, run } of this.names.anchored()) other.names.anchor(peer, run, run)
    for (const { series, topic, run } of this.tail.tails()) {
      for (const reading of this.tail.readings(series, run, 0)) other.tail.append(topic, reading)
    }
    // Blocks last: they replace tail rows.
    for (const sealed of this.sealed.all()) other.sealed.put(sealed)
  }

  clear(): void {
    this.transaction(() => {
      this.tail.clear()
      this.sealed.clear()
      this.names.dropUnused(undefined)
    })
  }

  /** Deletes the oldest packs and blocks until at most this many bytes are in use. @returns how many were deleted */
  shrinkTo(bytes: number): number {
    let dropped = 0
    while (this.bytes() > bytes) {
      const step = this.sealed.dropOldest(DROP_STEP)
      if (step === 0) break
      dropped += step
    }
    return dropped
  }

  /** Removes names that nothing refers to, but for our present run. */
  tidy(present: Run | undefined): void {
    this.names.dropUnused(present)
  }

  count(): number {
    return this.tail.count() + this.sealed.count()
  }

  /** Bytes in use; free pages inside the file do not count. */
  bytes(): number {
    return (this.pages() - this.#statements.pragma('freelist_count')) * this.pageSize()
  }

  /** How many pages the file has. */
  pages(): number {
    return this.#statements.pragma('page_count')
  }

  pageSize(): number {
    return this.#statements.pragma('page_size')
  }

  /** Pages in the write-ahead log since it last began anew, and how many of them were moved into the file. */
  logPages(): { written: number; moved: number } {
    // NOOP looks and does nothing (SQLite 3.51).
    const row = this.#statements.sql('PRAGMA wal_checkpoint(NOOP)').get()
    return { written: Number(row?.['log']), moved: Number(row?.['checkpointed']) }
  }

  close(): void {
    this.#db.close()
  }
}
