import { accessSync, constants, existsSync, type Stats } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Hint, NodeError } from '../../error.ts'
import { removeUnfinished } from '../../write-atomic.ts'
import { type Exposure, exposuresOf } from './folders-above.ts'
import { asOwner, MAKE_HOME, otherHome } from './home-hints.ts'
import { lockHome } from './home-lock.ts'

/** The folder of one node, locked by this process. */
export interface Home {
  /** Absolute. */
  readonly path: string
  /** Whether the file system is read-only: nothing can be stored. */
  readonly readOnly: boolean
  /** Whether another process would be refused; only a read-only one may go without. */
  readonly isLocked: boolean
  /** Which users besides the owner may replace it. */
  readonly exposures: readonly Exposure[]
  /** The path of a file in it. */
  file(name: string): string
  /** Locks the key that was just written. @throws NodeError 'home-in-use' */
  holdKey(): void
  close(): void
}

/**
 * Opens a home and locks it.
 * @param options.create makes the folder (0700) where there is none
 * @throws NodeError 'no-home', 'bad-home', 'home-in-use', 'home-lock'
 */
export async function openHome(path: string, options: { readonly create: boolean }): Promise<Home> {
  const folder = resolve(path)
  if (options.create) await makeFolder(folder)
  checkFolder(folder, await statFolder(folder))
  const exposures = await checkAbove(folder)
  const writable = isWritable(folder)
  const lock = lockHome(folder, { writable })
  try {
    if (writable) await removeUnfinished(folder)
  } catch (error) {
    lock.release()
    throw cannot('be read', folder, error)
  }
  return {
    path: folder,
    readOnly: !writable,
    isLocked: lock.isHeld,
    exposures,
    file: (name) => join(folder, name),
    holdKey: () => lock.holdKey(),
    close: () => lock.release()
  }
}

/** Makes the folder and its parents. @throws NodeError 'bad-home' */
async function makeFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder)
  } catch (error) {
    throw cannot('be made', folder, error)
  }
}

/**
 * Not by the option `recursive` of mkdir: under /proc, where mkdir answers ENOENT although the parent exists, Node 24
 * tries again without end.
 */
async function makeFolders(folder: string): Promise<void> {
  const parent = dirname(folder)
  const error = await tryMake(folder)
  if (codeOf(error) !== 'ENOENT') {
    if (error !== undefined) throw error
  } else if (parent === folder || existsSync(parent)) throw error
  else {
    await makeFolders(parent)
    const again = await tryMake(folder)
    if (again !== undefined) throw again
  }
}

/** @returns the error; none if the folder is made or something of that name exists */
async function tryMake(folder: string): Promise<unknown> {
  const error: unknown = await mkdir(folder, { mode: 0o700 }).then(
    () => undefined,
    (error: unknown) => error
  )
  return codeOf(error) === 'EEXIST' ? undefined : error
}

async function statFolder(folder: string): Promise<Stats> {
  try {
    return await stat(folder)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw cannot('be read', folder, error)
    throw new NodeError('no-home', `there is no home at ${folder}`, {
      hint: MAKE_HOME,
      cause: error
    })
  }
}

/** A user who may write in the folder may replace the key. */
function checkFolder(folder: string, found: Stats): void {
  if (!found.isDirectory()) throw bad(`${folder} is not a folder`, otherHome())
  const self = process.geteuid?.()
  if (self === undefined) return
  if (found.uid !== self && found.uid !== 0) {
    throw bad(
      `${folder} belongs to user ${found.uid}, kith runs as user ${self}`,
      asOwner(found.uid, self) ?? 'run kith as its owner, or chown it'
    )
  }
  if ((found.mode & 0o022) !== 0) throw bad(`others may write in ${folder}`, `chmod 700 ${folder}`)
}

/** @returns who else may replace the home @throws NodeError 'bad-home' where everybody may */
async function checkAbove(folder: string): Promise<Exposure[]> {
  const exposures = await exposuresOf(folder).catch((error: unknown) => {
    throw cannot('be read', folder, error)
  })
  const open = exposures.find(({ toAll }) => toAll)
  if (open !== undefined) throw bad(open.message, open.hint)
  return exposures
}

/** @returns false on a read-only file system @throws NodeError 'bad-home' where this user may not write */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch (error) {
    if (codeOf(error) === 'EROFS') return false
    throw cannot('be written', folder, error)
  }
}

function bad(message: string, hint: Hint, cause?: unknown): NodeError {
  return new NodeError('bad-home', message, { hint, remedy: 'stop', cause })
}

function cannot(what: string, folder: string, cause: unknown): NodeError {
  const code = codeOf(cause)
  const hint =
    code === 'EACCES' || code === 'EPERM'
      ? otherHome('run kith as the user who owns it')
      : { command: 'run kith doctor, or choose another --home', program: 'choose another home' }
  return bad(`${folder} cannot ${what}: ${code ?? cause}`, hint, cause)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
