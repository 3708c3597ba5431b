import { NodeError } from '../../error.ts'

/*
 * A header of the ustar format (POSIX.1-2017, pax, "ustar Interchange Format"), 512 bytes; numbers are octal text:
 *
 *     0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 chksum 8 | 156 typeflag 1
 *   157 linkname 100 | 257 magic 6 | 263 version 2 | 265 uname 32 | 297 gname 32 | 329 devmajor 8 | 337 devminor 8
 *   345 prefix 155 | 500 zero 12
 *
 * chksum is the sum of all bytes, those of chksum itself counted as spaces. The content follows, filled up to 512 bytes.
 * Two blocks of zeros end the archive. Plain files are all that kith writes and takes.
 */
export const BLOCK = 512
const NAME = 100
const PREFIX = 155
const MAGIC = 'ustar\0' + '00'
const PLAIN_FILE = '0'
/** Bytes: 11 octal digits. */
const MAX_SIZE = 8 ** 11 - 1

/** A file of an archive, without its content. */
export interface TarEntry {
  /** Relative, with `/`. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Permission bits. */
  readonly mode: number
  /** Unix seconds. */
  readonly mtime: number
}

/** @throws NodeError 'not-stored' for a name or size that the format cannot hold */
export function tarHeader({ name, size, mode, mtime }: TarEntry): Buffer {
  const header = Buffer.alloc(BLOCK)
  const [prefix, rest] = splitName(name)
  if (size > MAX_SIZE) throw notStored(name, `it has ${size} bytes, and a backup holds files up to 8 GiB`)
  header.write(rest, 0)
  header.write(octal(mode & 0o777, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(size, 12), 124)
  header.write(octal(Math.max(0, Math.floor(mtime)), 12), 136)
  header.write(PLAIN_FILE, 156)
  header.write(MAGIC, 257, 'latin1')
  header.write(prefix, 345)
  header.write(`${sumOf(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/**
 * @returns undefined for a block of zeros, which ends an archive
 * @throws NodeError 'bad-backup' where it is no header of a plain file below the archive's own folder
 */
export function readTarHeader(header: Buffer): TarEntry | undefined {
  if (header.every((byte) => byte === 0)) return undefined
  if (header.toString('latin1', 257, 265) !== MAGIC || numberOf(header, 148, 8) !== sumOf(header))
    throw damaged('a header of the archive is damaged')
  const prefix = textOf(header, 345, PREFIX)
  const name = prefix === '' ? textOf(header, 0, NAME) : `${prefix}/${textOf(header, 0, NAME)}`
  if (header.toString('latin1', 156, 157) !== PLAIN_FILE)
    throw damaged(`${JSON.stringify(name)} is a link or another special file`)
  if (!isPlainName(name)) throw damaged(`${JSON.stringify(name)} is not a name below the home`)
  return {
    name,
    size: numberOf(header, 124, 12),
    mode: numberOf(header, 100, 8) & 0o777,
    mtime: numberOf(header, 136, 12)
  }
}

/** Bytes after a content up to the next header. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** @param what is wrong with it */
export function damaged(what: string, cause?: unknown): NodeError {
  return new NodeError('bad-backup', `the backup is damaged, or was not made by kith: ${what}`, {
    hint: 'take another one; nothing was restored from it',
    cause
  })
}

function notStored(name: string, why: string): NodeError {
  return new NodeError('not-stored', `${name} cannot be stored in a backup: ${why}`, {
    hint: 'move it out of the home, or give it another name'
  })
}

/** The name in one field, or split at a `/` into prefix and name. */
function splitName(name: string): [prefix: string, rest: string] {
  if (!isPlainName(name)) throw notStored(JSON.stringify(name), 'its name is not usable')
  if (Buffer.byteLength(name) <= NAME) return ['', name]
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)]
    if (Buffer.byteLength(prefix) <= PREFIX && Buffer.byteLength(rest) <= NAME) return [prefix, rest]
  }
  throw notStored(name, 'its name is too long')
}

/** Whether a name stays below the folder it is relative to, on every system. */
function isPlainName(name: string): boolean {
  if (/[\0-\x1f\\\x7f\ufffd]/.test(name)) return false
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`
}

function textOf(header: Buffer, at: number, width: number): string {
  const text = header.toString('utf8', at, at + width)
  const end = text.indexOf('\0')
  return end === -1 ? text : text.slice(0, end)
}

function numberOf(header: Buffer, at: number, width: number): number {
  const text = header.toString('latin1', at, at + width)
  const digits = /^ *([0-7]+)[\0 ]*$/.exec(text)?.[1]
  if (digits === undefined) throw damaged('a header of the archive is damaged')
  return Number.parseInt(digits, 8)
}

function sumOf(header: Buffer): number {
  let sum = 8 * 0x20
  for (const [at, byte] of header.entries()) if (at < 148 || at >= 156) sum += byte
  return sum
}
