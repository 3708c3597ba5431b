import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { type FileHandle, mkdir, mkdtemp, open, realpath, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve, sep } from 'node:path'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import { isFull, snapshotDatabase } from '../../reading/history/store/database-file.ts'
import { syncFolder, unwritten } from '../../write-atomic.ts'
import { peerOfHome } from '../home.ts'
import { ArchiveWriter } from './archive-writer.ts'
import { FORMAT, FORMAT_VERSION, HOME, MANIFEST } from './format.ts'
import { HISTORY, listHome } from './home-files.ts'

export interface StreamRequest {
  readonly home: string
  readonly history: boolean
  /** Unix milliseconds. */
  readonly now: number
  /** The version of kith. */
  readonly version: string
  readonly signal: AbortSignal
}

export interface BackupRequest extends StreamRequest {
  /** The archive that is made. */
  readonly file: string
  /** Whether an existing archive is replaced. */
  readonly overwrite: boolean
}

export interface Contents {
  readonly peer: string
  readonly bytes: number
  /** Names in the home. */
  readonly files: readonly string[]
  /** Names in the home that are no files, and are not in it. */
  readonly leftOut: readonly string[]
}

export interface Backup extends Contents {
  /** Absolute. */
  readonly file: string
}

/** The archive while it is made. */
const ARCHIVE = 'archive'

/**
 * Writes the home into one archive (format.ts), for its owner alone: it holds the key. The node may run meanwhile: the
 * history is copied as it is at one moment, and every other file is one that kith replaces as a whole. The archive
 * appears complete or not at all.
 * @throws NodeError 'no-identity' and the other errors of a key, 'bad-place', 'file-exists', 'not-stored',
 *   'too-many-files', 'unreadable', 'history-unreadable', 'unwritten'
 */
export async function backupHome(request: BackupRequest): Promise<Backup> {
  const home = resolve(request.home)
  const file = resolve(request.file)
  const peer = await peerOfHome(home)
  await checkPlace(file, home, request.overwrite)
  // A folder, so that what SQLite writes beside a copy goes with it.
  const making = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(making, { mode: 0o700 })
    const archive = await open(join(making, ARCHIVE), 'wx', 0o600)
    try {
      const made = await writeArchive({ ...request, home, peer }, making, (chunk) => archive.writeFile(chunk))
      await archive.sync()
      await rename(join(making, ARCHIVE), file)
      await syncFolder(dirname(file))
      return { file, ...made }
    } finally {
      await archive.close()
    }
  } catch (error) {
    if (isNodeError(error) || error === request.signal.reason) throw error
    throw unwritten(file, error)
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

/**
 * As backupHome(), piece by piece to `write`: what fails leaves an archive without its end, which no restore takes. The
 * copy of the history lies in the system's folder for temporary files meanwhile.
 * @param write resolves when it needs the chunk no more
 * @throws as backupHome() does, and what `write` throws
 */
export async function streamHome(
  request: StreamRequest,
  write: (chunk: Uint8Array) => Promise<void>
): Promise<Contents> {
  const home = resolve(request.home)
  const peer = await peerOfHome(home)
  const making = await mkdtemp(join(tmpdir(), 'kith-backup-'))
  try {
    return await writeArchive({ ...request, home, peer }, making, write)
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

/** @throws NodeError 'file-exists', 'bad-place' */
async function checkPlace(file: string, home: string, overwrite: boolean): Promise<void> {
  if (!overwrite && existsSync(file))
    throw new NodeError('file-exists', `${file} is there already`, {
      hint: 'choose another name, or replace it with --overwrite'
    })
  const folder = await realpath(dirname(file)).catch((cause: unknown) => {
    throw new NodeError('bad-place', `there is no folder ${dirname(file)}`, { hint: 'make it first', cause })
  })
  const real = await realpath(home)
  if (folder === real || folder.startsWith(real + sep))
    throw new NodeError('bad-place', `${file} is in the home itself, and would be lost with it`, {
      hint: 'choose a file outside the home, best on another machine'
    })
}

/** @param making a folder for the copy of the history */
async function writeArchive(
  request: StreamRequest & { readonly peer: string },
  making: string,
  write: (chunk: Uint8Array) => Promise<void>
): Promise<Contents> {
  const { home, peer, signal } = request
  const { names, leftOut } = await listHome(home)
  const snapshot = request.history ? await snapshotHistory(home, making) : undefined
  const writer = new ArchiveWriter(write)
  const now = request.now / 1000
  await writer.addText(MANIFEST, manifestOf(request), now)
  for (const name of names) await addFile(writer, HOME + name, join(home, name), signal)
  if (snapshot !== undefined) await addFile(writer, HOME + HISTORY, snapshot, signal)
  await writer.end(now)
  const files = snapshot === undefined ? names : [...names, HISTORY]
  return { peer, bytes: writer.bytes, files, leftOut }
}

function manifestOf({ peer, now, version }: StreamRequest & { readonly peer: string }): string {
  const created = new Date(now).toISOString()
  return `${JSON.stringify({ format: FORMAT, version: FORMAT_VERSION, peer, created, kith: version })}\n`
}

/** @returns the copy; undefined where there is no history yet */
async function snapshotHistory(home: string, making: string): Promise<string | undefined> {
  const path = join(home, HISTORY)
  if (!existsSync(path)) return undefined
  const copy = join(making, HISTORY)
  try {
    snapshotDatabase(path, copy)
  } catch (cause) {
    if (isFull(cause))
      throw new NodeError('unwritten', `there is no room in ${dirname(making)} for a copy of the history`, {
        hint: 'free some space there, or leave it out with --without-history; of kith backup - TMPDIR names the folder',
        remedy: 'retry',
        cause
      })
    throw new NodeError('history-unreadable', `${path} cannot be copied: ${describeError(cause)}`, {
      hint: 'if it is damaged, kith run saves what can be read of it; --without-history backs up the rest',
      cause
    })
  }
  return copy
}

async function addFile(
  writer: ArchiveWriter,
  name: string,
  path: string,
  signal: AbortSignal
): Promise<void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error)
  })
  try {
    const { size, mode, mtimeMs } = await file.stat()
    await writer.add({ name, size, mode, mtime: mtimeMs / 1000 }, read(file, path, size, signal))
  } finally {
    await file.close()
  }
}

/** Bytes that are read at a time. */
const CHUNK = 64 * 1024

/** The first `size` bytes: a file that grows meanwhile is stored as it was. */
async function* read(
  file: FileHandle,
  path: string,
  size: number,
  signal: AbortSignal
): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(CHUNK)
  for (let left = size; left > 0; ) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK, left)).catch((error: unknown) => {
      throw unreadable(path, error)
    })
    if (bytesRead === 0) return
    left -= bytesRead
    yield chunk.subarray(0, bytesRead)
  }
}

function unreadable(path: string, cause: unknown): NodeError {
  return new NodeError('unreadable', `${path} cannot be read: ${describeError(cause)}`, {
    hint: 'check its owner and the disk, or move it out of the home',
    cause
  })
}
