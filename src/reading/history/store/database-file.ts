import { chmodSync, closeSync, existsSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describeError } from '../../../error.ts'
import { migrate, migrations, refuseNewer, versionOf } from './schema.ts'

/** Milliseconds to wait for another process that holds the file (a person's sqlite3); the event loop waits too. */
const BUSY_TIMEOUT = 50

/** Milliseconds that a copy waits for a writer, who never takes long. */
const SNAPSHOT_TIMEOUT = 5000

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
 * Opens or makes a database of the present version. One of an earlier version is copied first.
 * @param path a file, or ':memory:'
 * @param report is called with what became of the copy, or why there is none
 * @throws NodeError 'history-newer'; SQLite's own error where the file is damaged or cannot be opened
 */
export function openDatabase(path: string, report: (message: string) => void = () => {}): DatabaseSync {
  if (path !== ':memory:') keepPrivate(path)
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
  try {
    for (const setting of SETTINGS) db.exec(`PRAGMA ${setting}`)
    if (path !== ':memory:') copyOlder(db, path, report)
    migrate(db, basename(path))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Copies a database of an earlier version before its version rises, so that an earlier kith can go on with it:
 * `history.sqlite.v1`, whole or not at all. Where the disk has no room the version rises all the same.
 */
function copyOlder(db: DatabaseSync, path: string, report: (message: string) => void): void {
  const version = versionOf(db)
  if (version === 0 || version >= migrations.length) return
  const copy = `${path}.v${version}`
  if (existsSync(copy)) return
  const unfinished = `${copy}.new`
  try {
    if (existsSync(unfinished)) rmSync(unfinished)
    copyDatabase(db, unfinished)
    renameSync(unfinished, copy)
    report(
      `history is brought from version ${version} to ${migrations.length}; a copy for going back is ${copy}`
    )
  } catch (error) {
    if (existsSync(unfinished)) rmSync(unfinished)
    report(`history is brought to version ${migrations.length} without a copy: ${describeError(error)}`)
  }
}

/** @param copy a path where there is no file */
function copyDatabase(db: DatabaseSync, copy: string): void {
  // For its owner alone from the beginning: SQLite takes an empty file as a new database.
  closeSync(openSync(copy, 'wx', 0o600))
  db.prepare('VACUUM INTO ?').run(copy)
}

/**
 * Copies a database as it is at one moment, also while a node writes to it; what that node has in memory only is not
 * in it.
 * @param copy a path where there is no file
 * @throws SQLite's own error where the file is damaged or cannot be opened, or the disk is full
 */
export function snapshotDatabase(path: string, copy: string): void {
  const db = new DatabaseSync(path, { readOnly: true, timeout: SNAPSHOT_TIMEOUT })
  try {
    copyDatabase(db, copy)
  } finally {
    db.close()
  }
}

/** @throws NodeError 'history-newer' where a later kith wrote the file; nothing is changed */
export function checkVersion(path: string): void {
  if (!existsSync(path)) return
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    refuseNewer(versionOf(db), basename(path))
  } finally {
    db.close()
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
    // A disk that cannot be written, or a file of another user.
  }
}

/** The files that setAside() made and that still exist. */
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
