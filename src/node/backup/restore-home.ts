import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { isNodeError, NodeError } from '../../error.ts'
import { type Home, openHome } from '../../peer/identity/home.ts'
import { type Identity, loadIdentity } from '../../peer/identity/identity.ts'
import { KEY_FILE } from '../../peer/identity/key-file.ts'
import { EPOCH_FILE, parseEpoch } from '../../reading/author/epoch.ts'
import { checkVersion } from '../../reading/history/store/database-file.ts'
import { syncFolder, unwritten, writeAtomic } from '../../write-atomic.ts'
import { type Archive, checkArchive, contentOf, type StoredFile } from './archive-reader.ts'
import type { Manifest } from './format.ts'
import { HISTORY } from './home-files.ts'
import { damaged } from './tar.ts'

/** A file, or the bytes of one. */
export type ArchiveSource = string | AsyncIterable<Uint8Array>

export interface RestoreRequest {
  readonly file: ArchiveSource
  readonly home: string
  /** Gives the restored home another identity; the former key is not restored. */
  readonly replace?: (staged: StagedHome) => Promise<Identity>
  /** Unix milliseconds. */
  readonly now: number
  readonly signal: AbortSignal
}

/** A restored home before it is put in its place. */
export interface StagedHome {
  readonly folder: string
  /** Of the backup. */
  readonly former: Identity
}

export interface Restored {
  /** Absolute. */
  readonly home: string
  readonly manifest: Manifest
  readonly peer: string
  /** Names in the home. */
  readonly files: readonly string[]
}

/** What lockHome() makes in an empty home. */
const OF_THE_LOCK = ['node.lock', 'node.lock-journal', 'node.pid']

/** Reads a backup and checks it; nothing is written. @throws as restoreHome() does */
export async function checkBackup(file: ArchiveSource, signal: AbortSignal): Promise<Archive> {
  const archive = await openArchive(file, signal)
  try {
    const checked = await checkArchive(archive, signal)
    requireKey(checked)
    return checked
  } finally {
    await archive.close()
  }
}

/**
 * Makes a home of a backup. The whole backup is checked before anything is written, and the home is complete or stays
 * empty; after a power cut meanwhile it has no key, and a node refuses it.
 * @throws NodeError 'no-backup', 'bad-backup', 'newer-backup', 'home-not-empty', 'history-newer', 'unwritten', and those
 *   of openHome()
 */
export async function restoreHome(request: RestoreRequest): Promise<Restored> {
  const archive = await openArchive(request.file, request.signal)
  try {
    const checked = await checkArchive(archive, request.signal)
    requireKey(checked)
    const home = await openHome(request.home, { create: true })
    try {
      await refuseUsed(home)
      return await fill(home, archive, checked, request)
    } finally {
      home.close()
    }
  } finally {
    await archive.close()
  }
}

async function openArchive(source: ArchiveSource, signal: AbortSignal): Promise<FileHandle> {
  return typeof source === 'string' ? await openFile(source) : await keep(source, signal)
}

/** An archive is read twice: what comes once is kept in a file that has no name, and goes with the process. */
async function keep(source: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'kith-restore-'))
  const path = join(folder, 'archive')
  const file = await open(path, 'wx+', 0o600).finally(() => rm(folder, { recursive: true, force: true }))
  try {
    for await (const chunk of source) {
      signal.throwIfAborted()
      await file.writeFile(chunk)
    }
    return file
  } catch (error) {
    await file.close()
    throw error === signal.reason ? error : unwritten(folder, error)
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const file = await open(resolve(path), 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new NodeError('no-backup', `${path} cannot be opened: ${cause.message}`, {
      hint: 'name a file that kith backup made',
      cause
    })
  })
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new NodeError('no-backup', `${path} is not a file`, { hint: 'name a file that kith backup made' })
}

function requireKey({ files }: Archive): void {
  if (!files.some(({ name }) => name === KEY_FILE)) throw damaged('it has no key')
}

async function refuseUsed(home: Home): Promise<void> {
  if (home.readOnly)
    throw new NodeError('bad-home', `${home.path} is on a read-only file system`, {
      hint: 'mount it writable, or choose another --home'
    })
  const [found] = (await readdir(home.path)).filter((name) => !OF_THE_LOCK.includes(name))
  if (found === undefined) return
  throw new NodeError('home-not-empty', `${home.path} is not empty: there is ${found}`, {
    hint: `nothing is overwritten: move it away (mv ${home.path} ${home.path}.old), or choose another --home`
  })
}

async function fill(
  home: Home,
  archive: FileHandle,
  { manifest, files }: Archive,
  request: RestoreRequest
): Promise<Restored> {
  const folder = home.file(`.restore-${randomBytes(6).toString('hex')}`)
  try {
    await mkdir(folder, { mode: 0o700 })
    for (const file of files) await extract(archive, file, folder, request.signal)
    const identity = await settle(folder, manifest, request)
    request.signal.throwIfAborted()
    await moveIn(folder, home)
    return { home: home.path, manifest, peer: identity.peer, files: files.map(({ name }) => name) }
  } catch (error) {
    await empty(home)
    if (isNodeError(error) || error === request.signal.reason) throw error
    throw unwritten(home.path, error)
  }
}

/** Writes one file, below `folder` and nowhere else: its name was checked (tar.ts), and no link is ever made. */
async function extract(
  archive: FileHandle,
  stored: StoredFile,
  folder: string,
  signal: AbortSignal
): Promise<void> {
  const path = join(folder, stored.name)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  // Others may not write in a home, whatever the archive says.
  const file = await open(path, 'wx', stored.mode & 0o755)
  try {
    for await (const chunk of contentOf(archive, stored)) {
      signal.throwIfAborted()
      await file.writeFile(chunk)
    }
    await file.utimes(stored.mtime, stored.mtime)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Checks what was written as a node would, and makes it that of the present moment. */
async function settle(folder: string, manifest: Manifest, request: RestoreRequest): Promise<Identity> {
  const file = (name: string): string => join(folder, name)
  const identity = await loadIdentity({ path: folder, file })
  if (identity.peer !== manifest.peer)
    throw damaged(`its key is that of ${identity.peer}, not of ${manifest.peer}`)
  checkVersion(file(HISTORY))
  if (request.replace !== undefined) return await request.replace({ folder, former: identity })
  await raiseEpoch(file(EPOCH_FILE), manifest, request.now)
  return identity
}

/**
 * The node may have run on after the backup: its next run must be above those (docs/protocols.md section 5), also where
 * the restored machine does not know the time when it starts. This machine's clock is believed if it is past the backup.
 */
async function raiseEpoch(path: string, { created }: Manifest, now: number): Promise<void> {
  const stored = parseEpoch(await readFile(path, 'utf8').catch(() => '')) ?? 0
  const made = Math.floor(Date.parse(created) / 1000)
  await writeAtomic(path, `${Math.max(stored, made, Math.floor(now / 1000))}\n`)
}

/** The key last, and before it what shows that there was one: a home that is not complete is refused (identity.ts). */
async function moveIn(folder: string, home: Home): Promise<void> {
  const rank = (name: string): number =>
    name === EPOCH_FILE || name === HISTORY ? 0 : name === KEY_FILE ? 2 : 1
  const names = (await readdir(folder)).sort((a, b) => rank(a) - rank(b))
  for (const name of names) {
    if (rank(name) === 2) await syncFolder(home.path)
    await rename(join(folder, name), home.file(name))
  }
  await rm(folder, { recursive: true })
  await syncFolder(home.path)
}

/** The home was empty before. */
async function empty(home: Home): Promise<void> {
  for (const name of await readdir(home.path))
    if (!OF_THE_LOCK.includes(name)) await rm(home.file(name), { recursive: true, force: true })
}
