import { chmodSync, closeSync, existsSync, openSync, readdirSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { migrate } from './schema.ts'

/** Milliseconds to wait for another process that holds the file (a person's sqlite3); the event loop waits too. */
const BUSY_TIMEOUT = 50

const SETTINGS = [
  // A flush changes a few rows: small pages halve what it writes (measured: 0.7 MB an hour against 1.3).
  'page_size = 1024',
  'journal_mode = WAL',
  // The log is moved into the file at 4 MiB; we sync it ourselves after each flush (durable-store.ts).
  'wal_autocheckpoint = 4096',
  'synchronous = NORMAL',
  'temp_store = MEMORY'
]

/**
 * Opens or makes a database of the present version.
 * @param path a file, or ':memory:'
 * @throws NodeError 'history-newer'; SQLite's own error where the file is damaged or cannot be opened
 */
export function openDatabase(path: string): DatabaseSync {
  if (path !== ':memory:') keepPrivate(path)
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
  try {
    for (const setting of SETTINGS) db.exec(`PRAGMA ${setting}`)
    migrate(db, basename(path))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** For its owner alone; SQLite gives the files beside it the same mode. What cannot be done here, SQLite will say. */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600))
    for (const companion of COMPANIONS) {
      if (existsSync(path + companion)) chmodSync(path + companion, 0o600)
    }
  } catch {
    // A disk that takes no writing, or somebody else's file.
  }
}

/** The files that setAside() made and somebody has not removed yet. */
export function asideFiles(path: string): string[] {
  const folder = dirname(path)
  const head = `${basename(path)}.damaged-`
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(head) && /^[\d-]+$/.test(name.slice(head.length)))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/** SQLite keeps these beside a database. */
const COMPANIONS = ['', '-wal', '-shm']

/**
 * Moves a damaged database out of the way, its log with it, so that it can be looked into later.
 * @param at Unix seconds
 * @returns the new path
 */
export function setAside(path: string, at: number): string {
  const name = `${path}.damaged-${at}`
  let aside = name
  for (let n = 2; existsSync(aside); n++) aside = `${name}-${n}`
  for (const companion of COMPANIONS) {
    if (existsSync(path + companion)) renameSync(path + companion, aside + companion)
  }
  return aside
}
