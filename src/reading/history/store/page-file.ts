import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { endianness } from 'node:os'

/*
 * The write-ahead log (sqlite.org/fileformat2.html section 4.1): a head, then frames of a page each, big-endian:
 *
 *   head   u32 magic (its lowest bit: words of the checksum are big-endian)  u32 version  u32 page size  u32 checkpoint
 *          u32 salt1  u32 salt2  u32 checksum1  u32 checksum2      (of the 24 bytes before)
 *   frame  u32 page number  u32 pages of the database if this ends a transaction, else 0  u32 salt1  u32 salt2
 *          u32 checksum1  u32 checksum2                            (of the 8 bytes at its begin and the page)
 *          page
 *
 * A checksum goes on from that of the frame before.
 */
const LOG_HEAD = 32
/** A frame is a page with so many bytes before it. */
export const FRAME_HEAD = 24
const MAGIC = 0x377f0682

/** Bytes of a page of ours. A flush changes a few rows: small pages halve what it writes (0.7 MB an hour against 1.3). */
export const PAGE_SIZE = 1024

/** Bytes of the head of a database (section 1.3), at the begin of page 1. */
export const FILE_HEAD = 100

/** Where page size, first page of the free list and its length stand in it. */
const AT = { pageSize: 16, freeList: 32, freePages: 36 }

/**
 * The pages of a database as its file and its log have them, read without SQLite: whatever else is damaged. Of the log
 * those pages count whose checksum is right and whose transaction was ended.
 */
export class PageFile {
  readonly size: number
  readonly #file: number
  readonly #log: number | undefined
  /** Where in the log the newest of a page is. */
  readonly #logged = new Map<number, number>()
  readonly #free = new Set<number>()
  #cut = 0

  /** Opens the file; load() reads what stands over its pages. @throws the error of the file system */
  constructor(path: string) {
    this.#file = openSync(path, 'r')
    this.size = pageSizeOf(readAt(this.#file, 0, FILE_HEAD)) ?? PAGE_SIZE
    const log = `${path}-wal`
    this.#log = existsSync(log) ? openSync(log, 'r') : undefined
  }

  /** Reads the log, then the list of free pages, a frame or a page a step. */
  *load(): Generator<undefined, void> {
    yield* this.loadLog()
    yield* this.#loadFree()
  }

  *loadLog(): Generator<undefined, void> {
    if (this.#log === undefined) return
    const open: Frame[] = []
    let isCut = false
    for (const frame of framesOf(this.#log, this.size)) {
      yield
      isCut ||= !frame.isWhole
      if (!frame.isWhole) continue
      open.push(frame)
      if (!frame.endsTransaction) continue
      if (isCut) this.#cut++
      for (const { page, at } of open.splice(0)) this.#logged.set(page, at)
    }
  }

  /**
   * How many transactions of the log end behind its first damaged frame, which SQLite leaves out without an error. A
   * power cut may leave one, which was not synced; more are lost by damage.
   */
  get cutTransactions(): number {
    return this.#cut
  }

  /** Every page from a number on that is in use, and its number. */
  *pages(from = 1): Generator<[number: number, page: Buffer]> {
    const last = this.#last()
    for (let number = from; number <= last; number++) {
      const page = this.#free.has(number) ? undefined : this.read(number)
      if (page !== undefined) yield [number, page]
    }
  }

  read(number: number): Buffer | undefined {
    const logged = this.#logged.get(number)
    if (logged !== undefined && this.#log !== undefined) return readAt(this.#log, logged, this.size)
    return number < 1 ? undefined : readAt(this.#file, (number - 1) * this.size, this.size)
  }

  close(): void {
    closeSync(this.#file)
    if (this.#log !== undefined) closeSync(this.#log)
  }

  #last(): number {
    const filed = Math.floor(fstatSync(this.#file).size / this.size)
    return this.#logged.keys().reduce((last, page) => Math.max(last, page), filed)
  }

  /** Pages of deleted rows (section 1.5): trunk = u32 next trunk, u32 count, u32 page of each leaf. */
  *#loadFree(): Generator<undefined, void> {
    const free = this.#free
    const last = this.#last()
    const head = this.read(1)
    if (head === undefined || pageSizeOf(head) !== this.size) return
    let next = head.readUInt32BE(AT.freeList)
    for (let left = head.readUInt32BE(AT.freePages); left > 0 && !free.has(next); ) {
      yield
      const trunk = this.read(next)
      const leaves = trunk?.readUInt32BE(4) ?? 0
      // A page that is no trunk would declare pages free that are in use.
      if (trunk === undefined || leaves > Math.min(left - 1, this.size / 4 - 2)) break
      const named = Array.from({ length: leaves }, (_, i) => trunk.readUInt32BE(8 + 4 * i))
      if (named.some((page) => page < 1 || page > last || free.has(page))) break
      for (const page of [next, ...named]) free.add(page)
      left -= 1 + leaves
      next = trunk.readUInt32BE(0)
    }
  }
}

function pageSizeOf(head: Buffer | undefined): number | undefined {
  if (head?.toString('latin1', 0, 15) !== 'SQLite format 3') return undefined
  const size = head.readUInt16BE(AT.pageSize)
  return size >= 512 && (size & (size - 1)) === 0 ? size : undefined
}

interface Frame {
  readonly page: number
  /** Where its page begins. */
  readonly at: number
  /** Whether its checksum is right. */
  readonly isWhole: boolean
  readonly endsTransaction: boolean
}

/** The frames since the log began anew; behind them lie those of before, whose salts are others. */
function* framesOf(log: number, size: number): Generator<Frame> {
  const head = readAt(log, 0, LOG_HEAD)
  const first = readAt(log, LOG_HEAD, FRAME_HEAD)
  if (head === undefined || first === undefined) return
  const isHead = (head.readUInt32BE(0) & ~1) >>> 0 === MAGIC
  const bigEndian = isHead && head.readUInt32BE(0) !== MAGIC
  const salts = isHead ? head.subarray(16, 24) : first.subarray(8, 16)
  let before = head.subarray(24, 32)
  for (let at = LOG_HEAD; ; at += FRAME_HEAD + size) {
    const frame = readAt(log, at, FRAME_HEAD + size)
    if (frame === undefined) return
    const isOurs = frame.subarray(8, 16).equals(salts)
    // Behind one that is damaged the checksum goes on from what stands in it.
    const isWhole = isOurs && checksum(frame, before, bigEndian).equals(frame.subarray(16, 24))
    before = frame.subarray(16, 24)
    const endsTransaction = frame.readUInt32BE(4) > 0
    yield { page: frame.readUInt32BE(0), at: at + FRAME_HEAD, isWhole, endsTransaction }
  }
}

/** PageFile.cutTransactions of a database, read at once. */
export function cutTransactions(path: string): number {
  const file = new PageFile(path)
  try {
    for (const _ of file.loadLog());
    return file.cutTransactions
  } finally {
    file.close()
  }
}

function checksum(frame: Buffer, before: Buffer, bigEndian: boolean): Buffer {
  const words = new Uint32Array(new Uint8Array(frame).buffer)
  if (bigEndian !== IS_BIG_ENDIAN) Buffer.from(words.buffer).swap32()
  let first = before.readUInt32BE(0)
  let second = before.readUInt32BE(4)
  for (let at = 0; at < words.length; at += at === 0 ? FRAME_HEAD / 4 : 2) {
    first = (first + (words[at] ?? 0) + second) | 0
    second = (second + (words[at + 1] ?? 0) + first) | 0
  }
  const sum = Buffer.alloc(8)
  sum.writeInt32BE(first, 0)
  sum.writeInt32BE(second, 4)
  return sum
}

const IS_BIG_ENDIAN = endianness() === 'BE'

/** @returns undefined where the file ends before, or the disk cannot read it */
function readAt(descriptor: number, at: number, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length)
  try {
    return readSync(descriptor, bytes, 0, length, at) === length ? bytes : undefined
  } catch {
    return undefined
  }
}
