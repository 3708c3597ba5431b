import { crc32 } from 'node:zlib'
import { ByteReader } from '../rows/byte-reader.ts'
import { ByteWriter } from '../rows/byte-writer.ts'
import type { NumberedRange } from './sealed-table.ts'
import type { Statements } from './statements.ts'

/*
 * Rows of one flush, of many series, so that a flush writes few pages:
 *
 *   chunk = date *part
 *   date  = varint Unix seconds when it was written, 0 while unknown
 *   part  = head, u32 CRC-32 of date, head and rows (ISO 3309, little-endian), rows
 *   head  = varint seconds since the first row came, varint series number, varint run number,
 *           varint seq of the first row, varint of the last, varint length
 */

/** Rows of one series and run without a gap, as row-codec.ts writes them. */
export interface ChunkPart extends NumberedRange {
  readonly bytes: Uint8Array
  /** Seconds since its first row came, when it was written. */
  readonly age: number
}

export interface ReadPart extends ChunkPart {
  /** False where the part is not as it was written, be it its rows or what is said of them. */
  readonly isWhole: boolean
}

/** What can be read of a chunk. */
export interface ReadChunk {
  /** Unix seconds when it was written, 0 where unknown. */
  readonly date: number
  readonly parts: readonly ReadPart[]
  /** Whether it goes on with bytes that are no part. */
  readonly isCut: boolean
}

/** Bytes that fit a page of 1 KiB without overflow pages (sqlite.org/fileformat2.html section 1.6): what a damaged one costs. */
const FULL = 980

/** Bytes of a part before its rows, at most where numbers are below 2^28. */
const MAX_HEAD = 28

/** Chunks of one group, at most. */
const GROUP = 2 ** 20

export interface Chunk extends ReadChunk {
  /** Its group: the chunks of one flush. */
  readonly group: number
  readonly id: number
}

/** Rows of tails: written once, and deleted when blocks hold all of them. */
export class ChunkTable {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /**
   * @param date Unix seconds, 0 while unknown
   * @returns the number of their group
   */
  add(parts: readonly ChunkPart[], date: number): number {
    const last = Number(this.#statements.sql('SELECT ifnull(max(id), 0) AS last FROM chunks').get()?.['last'])
    const group = Math.floor(last / GROUP) + 1
    for (const [i, bytes] of [...chunksOf(parts, date)].entries())
      this.#statements.sql('INSERT INTO chunks VALUES (?, ?)').run(group * GROUP + i, bytes)
    return group
  }

  /** Unix seconds when the last of them was written, 0 where unknown. */
  newestDate(): number {
    const row = this.#statements.sql('SELECT bytes FROM chunks ORDER BY id DESC LIMIT 1').get()
    if (!(row?.['bytes'] instanceof Uint8Array)) return 0
    const { date, parts } = readChunk(row['bytes'])
    return parts.some(({ isWhole }) => isWhole) ? date : 0
  }

  *all(): Generator<Chunk> {
    for (const row of this.#statements.sql('SELECT id, bytes FROM chunks ORDER BY id').all()) {
      const id = Number(row['id'])
      if (row['bytes'] instanceof Uint8Array)
        yield { group: Math.floor(id / GROUP), id, ...readChunk(row['bytes']) }
    }
  }

  drop(group: number): void {
    this.#statements
      .sql('DELETE FROM chunks WHERE id >= ? AND id < ?')
      .run(group * GROUP, (group + 1) * GROUP)
  }
}

function* chunksOf(parts: readonly ChunkPart[], date: number): Generator<Uint8Array> {
  const head = new ByteWriter()
  head.varint(date)
  const sum = crc32(head.written())
  let out: ByteWriter | undefined
  for (const part of parts) {
    if (out !== undefined && out.length + part.bytes.length + MAX_HEAD > FULL) {
      yield out.written()
      out = undefined
    }
    if (out === undefined) {
      out = new ByteWriter()
      out.bytes(head.written())
    }
    write(out, part, sum)
  }
  if (out !== undefined) yield out.written()
}

/** @param sum of the date */
function write(out: ByteWriter, { age, series, run, from, to, bytes }: ChunkPart, sum: number): void {
  const begin = out.length
  for (const number of [age, series, run, from, to, bytes.length]) out.varint(number)
  out.u32(crc32(bytes, crc32(out.written().subarray(begin), sum)))
  out.bytes(bytes)
}

/** As many parts as can be found. */
export function readChunk(chunk: Uint8Array): ReadChunk {
  const parts: ReadPart[] = []
  const reader = new ByteReader(chunk)
  let date = 0
  try {
    date = reader.varint()
    const sum = crc32(chunk.subarray(0, reader.at))
    while (!reader.isEnd) {
      const part = readPart(reader, chunk, sum)
      if (part === undefined) return { date, parts, isCut: true }
      parts.push(part)
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { date, parts, isCut: true }
  }
  return { date, parts, isCut: false }
}

/**
 * @param sum of the date
 * @returns undefined where the numbers are of no part
 * @throws RangeError where the bytes end too early
 */
function readPart(reader: ByteReader, chunk: Uint8Array, sum: number): ReadPart | undefined {
  const begin = reader.at
  const [age, series, run] = [reader.varint(), reader.varint(), reader.varint()]
  const [from, to, length] = [reader.varint(), reader.varint(), reader.varint()]
  const head = chunk.subarray(begin, reader.at)
  const written = reader.u32()
  const bytes = reader.bytes(length)
  // Each row has a byte or more.
  if (from > to || to - from >= length) return undefined
  return { age, series, run, from, to, bytes, isWhole: written === crc32(bytes, crc32(head, sum)) }
}
