import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openHome } from '../peer/identity/home.ts'
import { loadIdentity, openIdentity } from '../peer/identity/identity.ts'

export interface InitResult {
  /** Absolute. */
  readonly home: string
  readonly peer: string
  /** Names of the files that were written. */
  readonly written: readonly string[]
}

/**
 * Makes a home: the folder, an identity, and those of `files` that are not there. Nothing is overwritten.
 * @param files texts by name
 * @throws NodeError of openHome() and openIdentity()
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

async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600, flush: true })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
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
