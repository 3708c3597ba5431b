import { lstat, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { exposuresOf } from '../peer/identity/folders-above.ts'
import { openHome } from '../peer/identity/home.ts'
import { loadIdentity, openIdentity } from '../peer/identity/identity.ts'
import { asideFiles } from '../reading/history/store/database-file.ts'
import { writeAtomic } from '../write-atomic.ts'

/** For doctor, which finds what a node would refuse or warn of before it starts. */
export { exposuresOf }

export interface InitResult {
  /** Absolute. */
  readonly home: string
  readonly peer: string
  /** Names of the files that were written. */
  readonly written: readonly string[]
}

/**
 * Makes a home: the folder, an identity, and those of `files` that are not there, each as a whole. Nothing is
 * overwritten but what is empty, or JSON that ends too early: a full disk left those.
 * @param files texts by name
 * @throws NodeError of openHome() and openIdentity(), 'unwritten'
 */
export async function initHome(path: string, files: Readonly<Record<string, string>>): Promise<InitResult> {
  const home = await openHome(path, { create: true })
  try {
    const { peer } = await openIdentity(home)
    const written: string[] = []
    for (const [name, text] of Object.entries(files))
      if (await writeNew(home.file(name), text)) written.push(name)
    return { home: home.path, peer, written }
  } finally {
    home.close()
  }
}

/** Writes a file as a whole, unless there is one. @returns whether it was written */
async function writeNew(path: string, text: string): Promise<boolean> {
  if (await isThere(path)) return false
  await writeAtomic(path, text)
  return true
}

/** Whether a file is there; what a full disk left of one (nothing, or JSON without its end) is not. */
async function isThere(path: string): Promise<boolean> {
  try {
    const found = await lstat(path)
    if (!found.isFile()) return true
    if (found.size > 0 && path.endsWith('.json')) JSON.parse(await readFile(path, 'utf8'))
    return found.size > 0
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/**
 * The PeerId of a home's node; nothing is locked, written or listened on.
 * @throws NodeError 'no-identity', 'identity-lost', 'identity-damaged', 'identity-exposed', 'identity-foreign',
 *   'identity-unreadable'
 */
export async function peerOfHome(home: string): Promise<string> {
  const path = resolve(home)
  const file = (name: string): string => join(path, name)
  return (await loadIdentity({ path, file })).peer
}

/** Damaged histories that were set aside and still exist. */
export function damagedHistories(home: string): string[] {
  return asideFiles(join(resolve(home), 'history.sqlite'))
}
