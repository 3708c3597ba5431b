import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeError } from '../../error.ts'
import { MAX_FILES } from './format.ts'

/** The database of the history, which is copied by SQLite. */
export const HISTORY = 'history.sqlite'

/**
 * What is in a home and belongs to no backup: locks and sockets of the running process, what a power cut left of a file
 * that was being written, the companions and copies of the history, and caches: the home of the service is that of its
 * user as well, below which Node and npm put theirs.
 */
const LEFT_OUT =
  /^(?:node\.lock|node\.lock-journal|node\.pid|control\.sock|\.control-.*|\.restore-.*|\.cache|\.npm|history\.sqlite(?:-.*|\.v\d+.*|\.damaged-.*)?|.*\.[0-9a-f]{12}\.tmp)$/

/** Installed packages of drivers: npm installs them again. */
const PACKAGES = 'node_modules'
/** Folders within each other. */
const MAX_DEPTH = 16

export interface HomeFiles {
  /** Relative names, sorted. */
  readonly names: readonly string[]
  /** What is neither file nor folder, and links to folders. */
  readonly leftOut: readonly string[]
}

/**
 * The files of a home that a backup holds besides the history. Links to files are followed, those to folders are not.
 * @throws NodeError 'too-many-files'
 */
export async function listHome(home: string): Promise<HomeFiles> {
  const names: string[] = []
  const leftOut: string[] = []
  const visit = async (folder: string, depth: number): Promise<void> => {
    const found = await readdir(join(home, folder), { withFileTypes: true })
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === PACKAGES || (depth === 0 && LEFT_OUT.test(entry.name))) continue
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && depth < MAX_DEPTH) await visit(name, depth + 1)
      else if (await isFile(join(home, name))) names.push(name)
      else leftOut.push(name)
      if (names.length > MAX_FILES - 1) throw tooMany(home)
    }
  }
  await visit('', 0)
  return { names, leftOut }
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true
}

function tooMany(home: string): NodeError {
  return new NodeError('too-many-files', `${home} has more than ${MAX_FILES} files`, {
    hint: 'a home holds the files of one node: move the others out of it'
  })
}
