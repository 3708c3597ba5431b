import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { SEAL_BYTES } from '../../signed/seal.ts'
import { MAX_PAYLOAD } from '../../signed/senml.ts'

/** A row of the table `sealed`, as it lies in a page; nothing of it is verified. */
export interface CarvedRow {
  readonly kind: string
  readonly dated: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/*
 * A leaf of a table's b-tree (sqlite.org/fileformat2.html sections 1.5 and 1.6), in a page of U bytes:
 *
 *   0D  u16 freeblock  u16 number of cells  u16 content  u8 fragments   (behind the 100 bytes of the file's head on page 1)
 *   u16 offset of each cell
 *   cell = varint P, varint rowid, the first bytes of P, u32 first overflow page where not all of P is here
 *   overflow page = u32 next or 0, U - 4 bytes
 *
 * P of `sealed` (section 2.1): varint header size, types of id (0), kind (text), dated (integer), bytes (blob) and since
 * version 2 peer_id (integer), values.
 */
const LEAF = 0x0d
const FILE_HEAD = 100
const LEAF_HEAD = 8
const PAGE_SIZE = 1024 // database-file.ts
/** Bytes of kind, date and heads beside those of a block. */
const MAX_ROW = MAX_PAYLOAD + SEAL_BYTES + 64

/**
 * The rows of the table `sealed` in every leaf of a database file, whatever became of the pages above them and of the
 * file's head. Rows that were deleted may be among them.
 */
export function* carveSealed(path: string): Generator<CarvedRow> {
  const descriptor = openSync(path, 'r')
  try {
    const pages = new Pages(descriptor)
    for (let number = 1; number <= pages.count; number++) {
      const page = pages.read(number)
      for (const payload of page === undefined ? [] : payloads(page, number, pages)) {
        const row = rowOf(payload)
        if (row !== undefined) yield row
      }
    }
  } finally {
    closeSync(descriptor)
  }
}

class Pages {
  readonly #descriptor: number
  readonly size: number
  readonly count: number

  constructor(descriptor: number) {
    this.#descriptor = descriptor
    const head = Buffer.alloc(FILE_HEAD)
    readSync(descriptor, head, 0, FILE_HEAD, 0)
    const size = head.readUInt16BE(16)
    const isSize =
      head.toString('latin1', 0, 15) === 'SQLite format 3' && size >= 512 && (size & (size - 1)) === 0
    this.size = isSize ? size : PAGE_SIZE
    this.count = Math.floor(fstatSync(descriptor).size / this.size)
  }

  read(number: number): Buffer | undefined {
    if (number < 1 || number > this.count) return undefined
    const page = Buffer.alloc(this.size)
    return readSync(this.#descriptor, page, 0, this.size, (number - 1) * this.size) === this.size
      ? page
      : undefined
  }
}

function* payloads(page: Buffer, number: number, pages: Pages): Generator<Buffer> {
  const head = number === 1 ? FILE_HEAD : 0
  if (page[head] !== LEAF) return
  const count = page.readUInt16BE(head + 3)
  const first = head + LEAF_HEAD
  for (let i = 0; i < count && first + 2 * i + 2 <= page.length; i++) {
    const payload = payloadAt(page, page.readUInt16BE(first + 2 * i), pages)
    if (payload !== undefined) yield payload
  }
}

function payloadAt(page: Buffer, offset: number, pages: Pages): Buffer | undefined {
  const size = varint(page, offset)
  const rowid = size && varint(page, size.end)
  if (size === undefined || rowid === undefined || size.value > MAX_ROW) return undefined
  const here = localBytes(size.value, page.length)
  const parts = [page.subarray(rowid.end, rowid.end + here)]
  let left = size.value - here
  const pointer = rowid.end + here
  let next = left > 0 && pointer + 4 <= page.length ? page.readUInt32BE(pointer) : 0
  while (left > 0) {
    const overflow = pages.read(next)
    if (overflow === undefined) return undefined
    parts.push(overflow.subarray(4, 4 + Math.min(left, overflow.length - 4)))
    left -= overflow.length - 4
    next = overflow.readUInt32BE(0)
  }
  return Buffer.concat(parts)
}

/** How much of a payload is in the leaf itself (section 1.6, computing the overflow). */
function localBytes(size: number, usable: number): number {
  const max = usable - 35
  if (size <= max) return size
  const min = Math.floor(((usable - 12) * 32) / 255) - 23
  const part = min + ((size - min) % (usable - 4))
  return part <= max ? part : min
}

/** Bytes of integers by their serial type (section 2.1); 8 and 9 are the numbers 0 and 1. */
const INTEGER_BYTES = [0, 1, 2, 3, 4, 6, 8]

function rowOf(payload: Buffer): CarvedRow | undefined {
  const types: number[] = []
  const head = varint(payload, 0)
  let at = head?.end ?? 0
  while (head !== undefined && at < head.value && types.length < 6) {
    const type = varint(payload, at)
    if (type === undefined) return undefined
    types.push(type.value)
    at = type.end
  }
  const [id, kind = 0, dated = 7, bytes = 0, peer = 0] = types
  const hasTypes = id === 0 && kind >= 13 && kind % 2 === 1 && bytes >= 12 && bytes % 2 === 0
  const isRow = hasTypes && (types.length === 4 || (types.length === 5 && peer <= 9))
  const width = dated === 8 || dated === 9 ? 0 : INTEGER_BYTES[dated]
  if (!isRow || width === undefined) return undefined
  const text = at + (kind - 13) / 2
  const date = text + width
  return {
    kind: payload.toString('latin1', at, text),
    dated:
      width === 0
        ? Number(dated === 9)
        : date <= payload.length && width <= 6
          ? payload.readIntBE(text, width)
          : 0,
    bytes: new Uint8Array(payload.subarray(date, date + (bytes - 12) / 2))
  }
}

/** A varint (section 1.6) below 2^49; longer ones are no sizes. */
function varint(bytes: Buffer, offset: number): { value: number; end: number } | undefined {
  let value = 0
  for (let at = offset; at < offset + 7; at++) {
    const byte = bytes[at]
    if (byte === undefined) return undefined
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return { value, end: at + 1 }
  }
  return undefined
}
