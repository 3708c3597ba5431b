import { createHash } from 'node:crypto'
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeError } from '../error.ts'
import { writeAtomic } from '../write-atomic.ts'

/** kith.yaml, and what editors make of that name; FAT does not tell capital letters from small ones. */
const NAMES = /^kith\.ya?ml(\.txt)?$/i
/** As config/yaml/config-file.ts has it. */
const MAX_BYTES = 256 * 1024

/** kith.yaml of the boot partition. */
export interface BootFile {
  /** As it is called there. */
  readonly name: string
  readonly path: string
  /** Without a byte order mark; line ends as they are. */
  readonly text: string
}

/**
 * The file with the configuration. A file of comments alone, as the image brings it, counts where there is no other.
 * @returns undefined where there is none
 * @throws NodeError 'bad-config' where it cannot be read as text, or is there twice
 */
export async function readBootFile(folder: string): Promise<BootFile | undefined> {
  const names = (await readdir(folder)).filter((name) => NAMES.test(name)).sort()
  const files = await Promise.all(names.map((name) => readOne(folder, name)))
  const written = files.filter(({ text }) => /^[^\S\n]*[^\s#]/m.test(text))
  const [first, second] = written.length === 0 ? files.slice(0, 1) : written
  if (second !== undefined)
    throw bad(`${first?.name} and ${second.name} are both there`, 'remove the one that is not to be used')
  return first
}

/** Tells one edit of the file from another: 64 hexadecimal digits. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Replaces the file and overwrites the bytes of the old one, which held a secret: FAT leaves them where they were.
 * @throws NodeError 'unwritten'
 */
export async function replaceErasing({ path }: BootFile, text: string): Promise<void> {
  const old = await open(path, 'r+')
  try {
    await writeAtomic(path, text)
    await erase(old)
  } finally {
    await old.close()
  }
}

/** The name is gone, the blocks are this handle's until it is closed. */
async function erase(file: FileHandle): Promise<void> {
  const { size } = await file.stat()
  await file.write(Buffer.alloc(size), 0, size, 0)
  await file.sync()
}

async function readOne(folder: string, name: string): Promise<BootFile> {
  const path = join(folder, name)
  const { size } = await stat(path)
  if (size > MAX_BYTES)
    throw bad(`${name} is larger than ${MAX_BYTES / 1024} KiB`, 'check that it is the right file')
  return { name, path, text: decode(await readFile(path), name) }
}

/** Notepad's "Unicode" is UTF-16 with a mark; its "UTF-8 with BOM" is UTF-8 with one. */
function decode(bytes: Uint8Array, name: string): string {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe
  try {
    return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw bad(`${name} is not text in UTF-8`, 'save it as plain text, with the encoding UTF-8', cause)
  }
}

function bad(message: string, hint: string, cause?: unknown): NodeError {
  return new NodeError('bad-config', message, { hint, cause })
}
