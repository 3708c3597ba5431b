import { crc32 } from 'node:zlib'
import { ByteReader } from '../rows/byte-reader.ts'
import { ByteWriter } from '../rows/byte-writer.ts'
import type { Statements } from './statements.ts'

/*
 * Rows of one flush, of many series, so that a flush writes few pages:
 *
 *   chunk = *part
 *   part  = varint series number, varint run number, varint seq of the first row, varint of the last, varint length,
 *           u32 CRC-32 of the rows (ISO 3309, little-endian), rows
 */

/** Rows of one series and run without a gap, as row-codec.ts writes them. */
export interface ChunkPart {
  /** Numbers of names. */
  readonly series: number
  readonly run: number
  /** First and last seq. */
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
}

export interface ReadPart extends ChunkPart {
  /** False where the bytes are not those that were written. */
  readonly isWhole: boolean
}

/** Bytes that fit a page of 1 KiB without overflow pages (sqlite.org/fileformat2.html section 1.6): what a damaged one costs. */
const FULL = 980

/** Bytes of a part before its rows, at most where numbers are below 2^28. */
const MAX_HEAD = 24

/** Chunks of one group, at most. */
const GROUP = 2 ** 20

export interface Chunk {
  /** Its group: the chunks of one flush. */
  readonly group: number
  readonly parts: readonly ReadPart[]
}

/** Rows of tails: written once, and deleted when blocks hold all of them. */
export class ChunkTable {
  readonly #statements: Statements

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** @returns the number of their group */
  add(parts: readonly ChunkPart[]): number {
    const last = Number(this.#statements.sql('SELECT ifnull(max(id), 0) AS last FROM chunks').get()?.['last'])
    const group = Math.floor(last / GROUP) + 1
    for (const [i, bytes] of [...chunksOf(parts)].entries())
      this.#statements.sql('INSERT INTO chunks VALUES (?, ?)').run(group * GROUP + i, bytes)
    return group
  }

  *all(): Generator<Chunk> {
    for (const row of this.#statements.sql('SELECT id, bytes FROM chunks ORDER BY id').all()) {
      if (row['bytes'] instanceof Uint8Array)
        yield { group: Math.floor(Number(row['id']) / GROUP), parts: partsOf(row['bytes']) }
    }
  }

  drop(group: number): void {
    this.#statements
      .sql('DELETE FROM chunks WHERE id >= ? AND id < ?')
      .run(group * GROUP, (group + 1) * GROUP)
  }
}

function* chunksOf(parts: readonly ChunkPart[]): Generator<Uint8Array> {
  let out = new ByteWriter()
  for (const part of parts) {
    if (out.length > 0 && out.length + part.bytes.length + MAX_HEAD > FULL) {
      yield out.written()
      out = new ByteWriter()
    }
    write(out, part)
  }
  if (out.length > 0) yield out.written()
}

function write(out: ByteWriter, { series, run, from, to, bytes }: ChunkPart): void {
  for (const number of [series, run, from, to, bytes.length]) out.varint(number)
  out.u32(crc32(bytes))
  out.bytes(bytes)
}

/** As many as can be found. */
export function partsOf(chunk: Uint8Array): ReadPart[] {
  const parts: ReadPart[] = []
  try {
    for (const reader = new ByteReader(chunk); !reader.isEnd; ) {
      const [series, run, from, to] = [reader.varint(), reader.varint(), reader.varint(), reader.varint()]
      const length = reader.varint()
      const sum = reader.u32()
      const bytes = reader.bytes(length)
      parts.push({ series, run, from, to, bytes, isWhole: sum === crc32(bytes) })
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return parts
}
