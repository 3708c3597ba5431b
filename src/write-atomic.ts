import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { defined } from './defined.ts'
import { NodeError } from './error.ts'

const UNFINISHED = /\.[0-9a-f]{12}\.tmp$/

/**
 * Replaces a file as a whole: after a power cut it holds the old bytes or the new ones, and the new ones once
 * this has resolved.
 * @throws NodeError 'unwritten' with the system's error as its cause; the old file is then untouched
 */
export async function writeAtomic(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const unfinished = unfinishedName(path)
  try {
    await withFile(await open(unfinished, 'wx', mode), async (file) => {
      await file.writeFile(data)
      await file.sync()
    })
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {})
    throw unwritten(path, error)
  }
  await syncFolder(dirname(path))
}

/** Makes the names in a folder last through a power cut: they are synced apart from the files. */
export async function syncFolder(path: string): Promise<void> {
  await withFile(await open(path, 'r'), (folder) => folder.sync())
}

/** As writeAtomic(), for what must be on disk before the next statement. */
export function writeAtomicSync(path: string, data: string | Uint8Array, mode = 0o600): void {
  const unfinished = unfinishedName(path)
  try {
    writeFileSync(unfinished, data, { flag: 'wx', mode, flush: true })
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw unwritten(path, error)
  }
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/** What to do, by the system's code (errno(3)). */
const HINTS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ['no space is left on the disk', 'make room on it: df -h shows what is full'],
  EDQUOT: ['the disk quota is used up', 'make room, or have the quota raised'],
  EROFS: ['the file system is read-only', 'mount it writable; after an error of the disk, dmesg says which'],
  EACCES: ['permission denied', 'run kith as the owner of the folder'],
  EPERM: ['permission denied', 'run kith as the owner of the folder'],
  EIO: ['the disk reports an error', 'check the disk: dmesg says which']
}

/** An error of the system for a person: which file, why, and what to do. */
export function unwritten(path: string, cause: unknown): NodeError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = cause instanceof Error ? cause.message : String(cause)
  const [reason, hint] = (Object.hasOwn(HINTS, code) ? HINTS[code] : undefined) ?? [message, undefined]
  return new NodeError('unwritten', `${path} cannot be written: ${reason}`, {
    ...defined({ hint }),
    remedy: 'retry',
    cause
  })
}

/** Removes what a power cut left of writeAtomic() or writeAtomicSync() in a folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (UNFINISHED.test(name)) await rm(join(folder, name), { force: true })
  }
}

function unfinishedName(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`
}

async function withFile(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file)
  } finally {
    await file.close()
  }
}
