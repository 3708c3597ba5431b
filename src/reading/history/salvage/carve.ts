import { SEAL_BYTES } from '../../signed/seal.ts'
import { MAX_PAYLOAD } from '../../signed/senml.ts'
import { FILE_HEAD, type PageFile } from '../store/page-file.ts'

export type CarvedValue = number | string | Uint8Array<ArrayBuffer> | null

/** A row as it lies in a page; nothing of it is verified, nor of which table it is. */
export interface CarvedRow {
  /** Of a table with rowids; undefined in an index and in a table WITHOUT ROWID. */
  readonly rowid: number | undefined
  readonly values: readonly CarvedValue[]
}

/*
 * A page of U bytes of a b-tree (sqlite.org/fileformat2.html sections 1.5 and 1.6):
 *
 *   kind  u16 freeblock  u16 number of cells  u16 content  u8 fragments  [u32 rightmost page, of an interior page]
 *   u16 offset of each cell
 *
 * Behind the 100 bytes of the file's head on page 1. Cells that have a row:
 *
 *   0D  leaf of a table:         varint P, varint rowid, the first bytes of P, u32 first overflow page if that is not all
 *   0A  leaf of an index:        varint P, the first bytes of P, u32 first overflow page if that is not all
 *   02  interior of an index:    u32 page, and the same
 *   overflow page = u32 next or 0, U - 4 bytes
 *
 * P is a row (section 2.1): varint size of its head, varint type of each column, the values. A table WITHOUT ROWID is an
 * index of all its columns.
 */
interface PageKind {
  readonly headBytes: number
  readonly pointerBytes: number
  readonly hasRowid: boolean
}
const KINDS: Readonly<Record<number, PageKind>> = {
  13: { headBytes: 8, pointerBytes: 0, hasRowid: true },
  10: { headBytes: 8, pointerBytes: 0, hasRowid: false },
  2: { headBytes: 12, pointerBytes: 4, hasRowid: false }
}

/** Bytes of the other columns and heads beside those of a block. */
const MAX_ROW = MAX_PAYLOAD + SEAL_BYTES + 64
/** No table has more (schema.ts). */
const MAX_COLUMNS = 16

/**
 * The rows in the pages of a database file and of its log, a page a step, whatever became of the pages above them, of
 * the schema and of the file's head. Rows that were deleted may be among them.
 * @param from the number of the first page
 */
export function* carve(file: PageFile, from = 1): Generator<{ page: number; rows: CarvedRow[] }> {
  for (const [number, page] of file.pages(from))
    yield { page: number, rows: [...rowsOf(page, number === 1 ? FILE_HEAD : 0, file)] }
}

function* rowsOf(page: Buffer, head: number, file: PageFile): Generator<CarvedRow> {
  const kind = KINDS[page[head] ?? 0]
  if (kind === undefined) return
  const count = page.readUInt16BE(head + 3)
  const first = head + kind.headBytes
  for (let i = 0; i < count && first + 2 * i + 2 <= page.length; i++) {
    const row = rowAt(page, page.readUInt16BE(first + 2 * i), kind, file)
    if (row !== undefined) yield row
  }
}

function rowAt(page: Buffer, offset: number, kind: PageKind, file: PageFile): CarvedRow | undefined {
  const size = varint(page, offset + kind.pointerBytes)
  const rowid = size && kind.hasRowid ? rowidAt(page, size.end) : undefined
  const start = kind.hasRowid ? rowid?.end : size?.end
  if (size === undefined || start === undefined || size.value > MAX_ROW) return undefined
  const payload = payloadAt(page, start, size.value, kind, file)
  const values = payload && valuesOf(payload)
  return values && { rowid: rowid?.value, values }
}

function payloadAt(
  page: Buffer,
  start: number,
  size: number,
  kind: PageKind,
  file: PageFile
): Buffer | undefined {
  const here = localBytes(size, page.length, kind)
  const parts = [page.subarray(start, start + here)]
  let left = size - here
  const pointer = start + here
  let next = left > 0 && pointer + 4 <= page.length ? page.readUInt32BE(pointer) : 0
  while (left > 0) {
    const overflow = file.read(next)
    if (overflow === undefined) return undefined
    parts.push(overflow.subarray(4, 4 + Math.min(left, overflow.length - 4)))
    left -= overflow.length - 4
    next = overflow.readUInt32BE(0)
  }
  return Buffer.concat(parts)
}

/** How much of a payload is in the page itself (section 1.6, computing the overflow). */
function localBytes(size: number, usable: number, { hasRowid }: PageKind): number {
  const min = Math.floor(((usable - 12) * 32) / 255) - 23
  const max = hasRowid ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
  if (size <= max) return size
  const part = min + ((size - min) % (usable - 4))
  return part <= max ? part : min
}

/** @returns undefined where the row goes on behind its end, or has a type that is none */
function valuesOf(payload: Buffer): CarvedValue[] | undefined {
  const head = varint(payload, 0)
  if (head === undefined || head.value > payload.length) return undefined
  const values: CarvedValue[] = []
  let at = head.value
  for (let place = head.end; place < head.value; ) {
    const type = varint(payload, place)
    const width = type && widthOf(type.value)
    if (width === undefined || at + width > payload.length || values.length === MAX_COLUMNS) return undefined
    values.push(columnOf(payload.subarray(at, at + width), type?.value ?? 0))
    at += width
    place = type?.end ?? head.value
  }
  return values
}

/** Bytes by the type (section 2.1): NULL, integers, a double, the numbers 0 and 1; 10 and 11 are of no file. */
const WIDTHS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]
const DOUBLE = 7
const ZERO = 8
const BLOB = 12

function widthOf(type: number): number | undefined {
  return type >= BLOB ? Math.floor((type - BLOB) / 2) : WIDTHS[type]
}

function columnOf(bytes: Buffer, type: number): CarvedValue {
  if (type === 0) return null
  if (type >= BLOB) return type % 2 === 0 ? new Uint8Array(bytes) : bytes.toString('utf8')
  if (type >= ZERO) return type - ZERO
  if (type === DOUBLE) return bytes.readDoubleBE()
  return bytes.length === 8 ? Number(bytes.readBigInt64BE()) : bytes.readIntBE(0, bytes.length)
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

/** A varint of a number below 2^49, or of one below 0: those have nine bytes, of which the last has eight bits. */
function rowidAt(bytes: Buffer, offset: number): { value: number; end: number } | undefined {
  const end = offset + 9
  const isLong = end <= bytes.length && bytes.subarray(offset, end - 1).every((byte) => byte >= 0x80)
  if (!isLong) return varint(bytes, offset)
  const high = bytes.subarray(offset, end - 1).reduce((sum, byte) => sum * 128n + BigInt(byte & 0x7f), 0n)
  return { value: Number(BigInt.asIntN(64, high * 256n + BigInt(bytes.readUInt8(end - 1)))), end }
}
