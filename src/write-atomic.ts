import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const UNFINISHED = /\.[0-9a-f]{12}\.tmp$/

/**
 * Replaces a file as a whole: whenever the power fails, the old bytes are there or the new ones, and
 * the new ones once this has resolved.
 * @throws the system's error (ENOSPC, EROFS, EACCES …); the old file is then untouched
 */
export async function writeAtomic(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}.tmp`
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
  // The new name is an entry of the folder, which is written on its own.
  await withFile(await open(dirname(path), 'r'), (folder) => folder.sync())
}

/** Removes what a power cut left of writeAtomic() in a folder. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (UNFINISHED.test(name)) await rm(join(folder, name), { force: true })
  }
}

async function withFile(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file)
  } finally {
    await file.close()
  }
}
