import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { NodeError } from '../../error.ts'
import { PID_FILE } from '../../names.ts'
import { type Flock, systemFlock, takeFlock } from './flock.ts'
import { otherHome } from './home-hints.ts'
import { KEY_FILE } from './key-file.ts'

const LOCK_FILE = 'node.lock'
const SQLITE_BUSY = 5

export interface HomeLock {
  /** Whether another process would be refused; false only on a read-only file system where flock(2) cannot be called. */
  readonly isHeld: boolean
  /** Locks the key too, once it is written. @throws NodeError 'home-in-use' */
  holdKey(): void
  /** Lets the next process have the home. Calling it again does nothing. */
  release(): void
}

/**
 * Takes a home for this process alone: flock(2) on its key, or on the folder while there is no key. That needs no
 * writing, so that one key runs once in a read-only home and on a full disk as well. The lock ends with the process
 * however it ends, and holds between containers, where process numbers mean nothing.
 *
 * In a writable home an empty SQLite file is locked too: by it earlier versions of kith are noticed, and it is the
 * lock where flock is not available.
 * @param options.flock how an open file is locked; the system's way if omitted
 * @throws NodeError 'home-in-use', which names the process; 'home-lock'
 */
export function lockHome(
  folder: string,
  options: { readonly writable: boolean; readonly flock?: Flock }
): HomeLock {
  const { flock = systemFlock } = options
  const held: (() => void)[] = []
  const release = (): void => {
    for (const end of held.splice(0)) end()
  }
  try {
    const byKernel = takeFlock(join(folder, KEY_FILE), flock) ?? takeFlock(folder, flock)
    if (byKernel === 'busy') throw inUse(folder)
    if (byKernel !== undefined) held.push(byKernel)
    if (options.writable) {
      held.push(takeDatabase(folder, { isRequired: byKernel === undefined }))
      held.push(writePid(join(folder, PID_FILE)))
    }
  } catch (error) {
    release()
    throw error
  }
  return {
    isHeld: held.length > 0,
    holdKey() {
      const key = takeFlock(join(folder, KEY_FILE), flock)
      if (key === 'busy') throw inUse(folder)
      if (key !== undefined) held.push(key)
    },
    release
  }
}

/** @param options.isRequired whether a failure is an error: it is not where flock holds the home */
function takeDatabase(folder: string, options: { readonly isRequired: boolean }): () => void {
  const path = join(folder, LOCK_FILE)
  let database: DatabaseSync | undefined
  try {
    makeFile(path)
    database = new DatabaseSync(path)
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if (isBusy(error)) throw inUse(folder)
    if (options.isRequired) throw unusable(path, error)
  }
  return () => {
    if (database?.isOpen === true) database.close()
  }
}

/** The number is for people: a full disk is no reason not to run. */
function writePid(path: string): () => void {
  tryTo(() => writeFileSync(path, `${process.pid}\n`, { mode: 0o600 }))
  return () => tryTo(() => rmSync(path, { force: true }))
}

/** An existing file is not opened: closing it would release a lock that this process holds itself (fcntl(2)). */
function makeFile(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}

function inUse(folder: string): NodeError {
  const pid = holderOf(join(folder, KEY_FILE)) ?? readPid(join(folder, PID_FILE))
  const who = pid === undefined ? 'another process' : `process ${pid}`
  return new NodeError('home-in-use', `${who} is running the node of ${folder}`, {
    hint: otherHome(pid === undefined ? 'stop it' : `stop it (kill ${pid})`),
    remedy: 'stop'
  })
}

/**
 * The process that opened a file which is locked by flock(2). The kernel names in /proc/locks a flock(1) that has
 * ended; a number in the home may be that of another home, which was copied, or of a node that was killed.
 * @returns undefined where /proc is another's, or none of this user's processes has it open
 */
function holderOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path)
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .find((pid) => opensFile(pid, { dev, ino }))
  } catch {
    return undefined
  }
}

function opensFile(pid: string, { dev, ino }: { dev: number; ino: number }): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const found = statSync(`/proc/${pid}/fd/${fd}`, { throwIfNoEntry: false })
      return found !== undefined && found.dev === dev && found.ino === ino
    })
  } catch {
    return false
  }
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

function tryTo(work: () => void): void {
  try {
    work()
  } catch {
    // Only the lock decides.
  }
}
