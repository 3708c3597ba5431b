import {
  chmodSync,
  closeSync,
  existsSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describeError } from '../../../error.ts'
import { cutTransactions, PAGE_SIZE } from './page-file.ts'
import { migrate, migrations, refuseNewer, TABLES, versionOf } from './schema.ts'

/** Milliseconds to wait for another process that holds the file (a person's sqlite3); the event loop waits too. */
const BUSY_TIMEOUT = 50

/** Milliseconds that a copy waits for a writer, who never takes long. */
const SNAPSHOT_TIMEOUT = 5000

const SETTINGS = [
  `page_size = ${PAGE_SIZE}`,
  'journal_mode = WAL',
  // We move the log into the file, and sync it after each flush (durable-store.ts).
  'wal_autocheckpoint = 0',
  'synchronous = NORMAL',
  'temp_store = MEMORY'
]

/**
 * Opens or makes a database of the present version. One of an earlier version is copied first.
 * @param path a file, or ':memory:'
 * @param report is called with what became of the copy, or why there is none
 * @param options.isOpen whether this process has it open already: then it is not read beside SQLite, since closing the
 *   file would release SQLite's locks on it (fcntl(2)), and a person's sqlite3 would delete the log under it
 * @throws NodeError 'history-newer'; SQLite's own error where the file is damaged or cannot be opened; an error with its
 *   code for a damaged file where SQLite would take the file for a new or another one
 */
export function openDatabase(
  path: string,
  report: (message: string) => void = () => {},
  { isOpen = false }: { readonly isOpen?: boolean } = {}
): DatabaseSync {
  if (path !== ':memory:') {
    if (!isOpen) refuseSilentLoss(path)
    keepPrivate(path)
  }
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT })
  try {
    for (const setting of SETTINGS) db.exec(`PRAGMA ${setting}`)
    migrateWithCopy(db, path, report)
    checkTables(db)
    return db
  } catch (error) {
    db.close()
    // Settings and migrations have no mistakes: what SQLite does not find in them, the schema has lost.
    throw resultCode(error) === SQL_ERROR ? damage(`its schema: ${describeError(error)}`) : error
  }
}

function migrateWithCopy(db: DatabaseSync, path: string, report: (message: string) => void): void {
  const version = versionOf(db)
  const copy = path === ':memory:' ? undefined : copyOlder(db, path)
  try {
    migrate(db, basename(path))
  } finally {
    // Also where only some of the steps could be made.
    if (copy !== undefined && versionOf(db) !== version) report(copy)
  }
}

/** SQLite deletes the log of an empty file, and what lies behind a damaged page of a log, without an error. */
function refuseSilentLoss(path: string): void {
  const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (!existsSync(path) || size(`${path}-wal`) === 0) return
  if (size(path) === 0) throw damage('the file is empty, and its log is not')
  const cut = cutTransactions(path)
  if (cut > 1) throw damage(`${cut} transactions lie behind a damaged page of its log`)
}

/** Whatever the version says: a page of the schema may be lost. */
function checkTables(db: DatabaseSync): void {
  for (const table of TABLES) db.prepare(`SELECT 1 FROM ${table}`)
}

/** The primary result code (sqlite.org/rescode.html), undefined where SQLite did not say the error. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return Number(error.errcode) & 0xff
}

const SQL_ERROR = 1
const CORRUPT = 11
const FULL = 13
const NOTADB = 26

export function isFull(error: unknown): boolean {
  return resultCode(error) === FULL
}

/** Whether the file's content is damaged, as against a disk that fails for a time. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error)
  return code === CORRUPT || code === NOTADB
}

function damage(message: string): Error {
  return Object.assign(new Error(message), { errcode: CORRUPT })
}

/**
 * Copies a database of an earlier version before its version rises, so that an earlier kith can go on with it:
 * `history.sqlite.v1`, whole or not at all. Where the disk has no room the version rises all the same.
 * @returns what is to be said once the version has risen
 */
function copyOlder(db: DatabaseSync, path: string): string | undefined {
  const version = versionOf(db)
  if (version === 0 || version >= migrations.length) return undefined
  const copy = `${path}.v${version}`
  const said = `history is brought from version ${version} to ${migrations.length}; a copy for going back is ${copy}`
  if (existsSync(copy)) return said
  const unfinished = `${copy}.new`
  try {
    if (existsSync(unfinished)) rmSync(unfinished)
    copyDatabase(db, unfinished)
    renameSync(unfinished, copy)
    return said
  } catch (error) {
    if (existsSync(unfinished)) rmSync(unfinished)
    return `history is brought to version ${migrations.length} without a copy: ${describeError(error)}`
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
    // One that exists is not opened: see openDatabase().
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    for (const file of [path, ...COMPANIONS.map((companion) => path + companion)]) {
      if (existsSync(file)) chmodSync(file, 0o600)
    }
  } catch {
    // A disk that cannot be written, or a file of another user.
  }
}

/** SQLite keeps these beside a database: its log, and an index of it that is made anew from the log. */
const COMPANIONS = ['-wal', '-shm']

/** Of files that were set aside and are not salvaged yet. */
const UNREAD = '.unread'

/** The files that setAside() made and that still exist. */
export function asideFiles(path: string): string[] {
  const folder = dirname(path)
  const head = `${basename(path)}.damaged-`
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(head) && /^[\d-]+(?:\.unread)?$/.test(name.slice(head.length)))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/** Those of them that are not salvaged yet, also where an earlier process was killed or its disk was full. */
export function unreadFiles(path: string): string[] {
  return asideFiles(path).filter((file) => file.endsWith(UNREAD))
}

/**
 * Moves a damaged database out of the way, its log with it: SQLite deletes a log that stays behind.
 * @param at Unix seconds
 * @returns the new path
 */
export function setAside(path: string, at: number): string {
  const name = `${path}.damaged-${at}`
  let aside = name
  for (let n = 2; [aside, aside + UNREAD, `${aside + UNREAD}-wal`].some(existsSync); n++)
    aside = `${name}-${n}`
  aside += UNREAD
  const log = `${path}-wal`
  if (existsSync(log) && !link(log, `${aside}-wal`)) renameSync(log, `${aside}-wal`)
  renameSync(path, aside)
  for (const companion of COMPANIONS) rmSync(path + companion, { force: true })
  return aside
}

/** @returns false on a file system without links */
function link(path: string, other: string): boolean {
  try {
    linkSync(path, other)
    return true
  } catch {
    return false
  }
}

/** Marks a file that was set aside as salvaged. @returns its new path */
export function markRead(aside: string): string {
  const read = aside.slice(0, -UNREAD.length)
  if (existsSync(`${aside}-wal`)) renameSync(`${aside}-wal`, `${read}-wal`)
  renameSync(aside, read)
  rmSync(`${aside}-shm`, { force: true })
  return read
}
