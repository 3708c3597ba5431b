import type { DatabaseSync } from 'node:sqlite'

/** All of `work` or nothing. SQLite takes some failures (a full disk) back by itself: then there is nothing to roll back. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
