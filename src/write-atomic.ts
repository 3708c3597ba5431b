import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const UNFINISHED = /\.[0-9a-f]{12}\.tmp$/

/**
 * Replaces a file as a whole: after a power cut it holds the old bytes or the new ones, and the new ones once
 * this has resolved.
 * @throws the system's error (ENOSPC, EROFS, EACCES …); the old file is then untouched
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
    throw error
  }
  // The new name is an entry of the folder, which is synced on its own.
  await withFile(await open(dirname(path), 'r'), (folder) => folder.sync())
}

/** As writeAtomic(), for what must be on disk before the next statement. */
export function writeAtomicSync(path: string, data: string | Uint8Array, mode = 0o600): void {
  const unfinished = unfinishedName(path)
  try {
    writeFileSync(unfinished, data, { flag: 'wx', mode, flush: true })
    renameSync(unfinished, path)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw error
  }
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
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
