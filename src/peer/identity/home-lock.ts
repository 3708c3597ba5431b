import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { NodeError } from '../../error.ts'

const LOCK_FILE = 'node.lock'
const PID_FILE = 'node.pid'
const SQLITE_BUSY = 5

/** Lets the next process have the home. Calling it again does nothing. */
export type Release = () => void

/**
 * Takes a home for this process alone. The lock is the kernel's, held through SQLite on an empty file
 * (Node has no flock): it ends with the process however that ends, so that there is no stale one to
 * judge, and it holds between containers, where process numbers mean nothing.
 * @throws NodeError 'home-in-use', which names the process; the system's error where the folder cannot be written
 */
export function lockHome(folder: string): Release {
  const path = join(folder, LOCK_FILE)
  accessSync(folder, constants.W_OK)
  makeFile(path)
  const database = new DatabaseSync(path)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw isBusy(error) ? inUse(folder) : unusable(path, error)
  }
  const pidFile = join(folder, PID_FILE)
  tryTo(() => writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 }))
  return () => {
    if (!database.isOpen) return
    tryTo(() => rmSync(pidFile, { force: true }))
    database.close()
  }
}

/** Not opened where it is there: closing it would let go of a lock that this process itself holds (fcntl(2)). */
function makeFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function inUse(folder: string): NodeError {
  const pid = readPid(join(folder, PID_FILE))
  const who = pid === undefined ? 'another process' : `process ${pid}`
  return new NodeError('home-in-use', `${who} is running the node of ${folder}`, {
    hint:
      pid === undefined
        ? 'stop it, or choose another --home'
        : `stop it (kill ${pid}), or choose another --home`,
    remedy: 'stop'
  })
}

function readPid(path: string): string | undefined {
  try {
    return /^\d{1,10}$/.exec(readFileSync(path, 'utf8').trim())?.[0]
  } catch {
    return undefined
  }
}

function unusable(path: string, cause: unknown): NodeError {
  return new NodeError(
    'home-lock',
    `${path} cannot be locked: ${cause instanceof Error ? cause.message : cause}`,
    {
      hint: `stop every kith of this home, then remove ${path}`,
      remedy: 'stop',
      cause
    }
  )
}

/** The number in node.pid is for people; a full disk is no reason not to run. */
function tryTo(work: () => void): void {
  try {
    work()
  } catch {
    // The lock alone decides.
  }
}
