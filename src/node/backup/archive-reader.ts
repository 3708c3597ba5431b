import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { NodeError } from '../../error.ts'
import {
  FORMAT,
  FORMAT_VERSION,
  HOME,
  MANIFEST,
  MAX_FILES,
  MAX_MANIFEST,
  MAX_SUMS,
  type Manifest,
  SUMS
} from './format.ts'
import { BLOCK, damaged, paddingOf, readTarHeader, type TarEntry } from './tar.ts'

/** Bytes that are read at a time. */
const CHUNK = 64 * 1024

/** A file of an archive, and where its content begins. */
export interface StoredFile extends TarEntry {
  readonly offset: number
  /** Hexadecimal. */
  readonly sha256: string
}

export interface Archive {
  readonly manifest: Manifest
  /** Those of the home, with names relative to it. */
  readonly files: readonly StoredFile[]
}

/**
 * Reads a whole archive and checks everything that it says of itself; nothing is written.
 * @throws NodeError 'bad-backup', 'newer-backup'
 */
export async function checkArchive(file: FileHandle, signal: AbortSignal): Promise<Archive> {
  const stored: StoredFile[] = []
  let manifest: Manifest | undefined
  for await (const entry of entriesOf(file, signal)) {
    const { name, size } = entry
    if (manifest === undefined) {
      if (name !== MANIFEST || size > MAX_MANIFEST) throw damaged(`it does not begin with ${MANIFEST}`)
      manifest = readManifest(await textOf(file, entry))
    } else if (name === SUMS) {
      if (size > MAX_SUMS) throw damaged('its checksums are too long')
      checkSums(await textOf(file, entry), stored)
      return { manifest, files: homeFiles(stored) }
    }
    if (stored.length > MAX_FILES) throw damaged(`it has more than ${MAX_FILES} files`)
    stored.push(entry)
  }
  throw damaged(manifest === undefined ? 'it is empty' : 'it ends too early')
}

/** The content of a stored file, checked once more. @throws NodeError 'bad-backup' where it changed meanwhile */
export async function* contentOf(
  file: FileHandle,
  { name, offset, size, sha256 }: StoredFile
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(file, offset, size)) {
    hash.update(chunk)
    yield chunk
  }
  if (hash.digest('hex') !== sha256) throw damaged(`${name} changed while it was read`)
}

/** The files in order, up to the block that ends the archive. */
async function* entriesOf(file: FileHandle, signal: AbortSignal): AsyncGenerator<StoredFile> {
  const { size: whole } = await file.stat()
  const header = Buffer.alloc(BLOCK)
  let at = 0
  while (at < whole) {
    signal.throwIfAborted()
    await readExactly(file, header, at)
    const entry = readTarHeader(header)
    if (entry === undefined) return
    const offset = at + BLOCK
    // What a header says is read only as far as the file reaches.
    if (offset + entry.size > whole) throw damaged('it ends too early')
    yield { ...entry, offset, sha256: await sumOf(file, offset, entry.size, signal) }
    at = offset + entry.size + paddingOf(entry.size)
  }
}

async function sumOf(file: FileHandle, offset: number, size: number, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(file, offset, size)) {
    signal.throwIfAborted()
    hash.update(chunk)
  }
  return hash.digest('hex')
}

async function* chunksOf(file: FileHandle, offset: number, size: number): AsyncGenerator<Buffer> {
  for (let done = 0; done < size; done += CHUNK) {
    const chunk = Buffer.alloc(Math.min(CHUNK, size - done))
    await readExactly(file, chunk, offset + done)
    yield chunk
  }
}

async function readExactly(file: FileHandle, into: Buffer, at: number): Promise<void> {
  const { bytesRead } = await file.read(into, 0, into.length, at)
  if (bytesRead !== into.length) throw damaged('it ends too early')
}

async function textOf(file: FileHandle, { offset, size }: StoredFile): Promise<string> {
  const content = Buffer.alloc(size)
  if (size > 0) await readExactly(file, content, offset)
  return content.toString('utf8')
}

function readManifest(text: string): Manifest {
  const value = parsed(text)
  const { format, version, peer, created, kith } = value as Readonly<Record<string, unknown>>
  if (format !== FORMAT) throw damaged(`${MANIFEST} is of another program`)
  if (version !== FORMAT_VERSION)
    throw new NodeError(
      'newer-backup',
      `the backup has format ${version}; this kith knows ${FORMAT_VERSION}`,
      {
        hint: `restore it with the kith that made it${typeof kith === 'string' ? `: ${kith}` : ''}`
      }
    )
  if (typeof peer !== 'string' || typeof kith !== 'string' || !Number.isFinite(Date.parse(String(created))))
    throw damaged(`${MANIFEST} is incomplete`)
  return { peer, kith, created: String(created) }
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw damaged(`${MANIFEST} is not JSON`, error)
  }
  throw damaged(`${MANIFEST} is not an object`)
}

/** Every file has its checksum, once, in order, and no other has one. */
function checkSums(text: string, stored: readonly StoredFile[]): void {
  const expected = stored.map(({ name, sha256 }) => `${sha256}  ${name}\n`)
  if (text === expected.join('')) return
  const lines = text.split(/(?<=\n)/)
  const at = expected.findIndex((line, i) => line !== lines[i])
  throw damaged(`the checksum of ${stored[at]?.name ?? SUMS} is wrong`)
}

function homeFiles(stored: readonly StoredFile[]): StoredFile[] {
  const seen = new Set<string>()
  return stored.slice(1).map((entry) => {
    const name = entry.name.slice(HOME.length)
    if (!entry.name.startsWith(HOME) || name === '') throw damaged(`${entry.name} is not a file of a home`)
    if (seen.has(name)) throw damaged(`${name} is in it twice`)
    seen.add(name)
    return { ...entry, name }
  })
}
