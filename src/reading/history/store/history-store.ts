import type { DatabaseSync } from 'node:sqlite'
import { ChunkTable } from './chunk-table.ts'
import { CommandTable } from './command-table.ts'
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
  readonly chunks: ChunkTable
  readonly salvage: SalvageTable
  readonly commands: CommandTable
  readonly #db: DatabaseSync
  readonly #statements: Statements

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#statements = new Statements(db)
    this.names = new NameTable(this.#statements)
    this.tail = new TailTable(this.#statements, this.names)
    this.sealed = new SealedTable(this.#statements, this.names)
    this.chunks = new ChunkTable(this.#statements)
    this.salvage = new SalvageTable(this.#statements)
    this.commands = new CommandTable(this.#statements)
  }

  /** All of `work` or nothing. */
  transaction<T>(work: () => T): T {
    this.sealed.retired.length = 0
    try {
      return inTransaction(this.#db, work)
    } catch (error) {
      this.names.forgetNumbers()
      throw error
    }
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

  /** Removes names that nothing refers to, but for our present run and those of tails and of chunks. */
  tidy(...[present, tails, chunks]: Parameters<NameTable['dropUnused']>): void {
    this.names.dropUnused(present, tails, chunks)
  }

  /** Unix seconds from which the age of the newest counts, 0 where there is none. */
  newestDate(): number {
    return Math.max(this.sealed.newestDate(), this.chunks.newestDate())
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

  /** Moves the log into the file, as far as nobody reads it; the event loop waits. */
  moveLog(): void {
    this.#statements.sql('PRAGMA wal_checkpoint(PASSIVE)').get()
  }

  close(): void {
    this.#db.close()
  }
}
