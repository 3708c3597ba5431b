import { isUtf8 } from 'node:buffer'
import { compareBytes } from './bytes.ts'
import { CborError } from './error.ts'
import { halfBits, halfValue } from './half.ts'
import {
  ARRAY,
  BYTES,
  type CborMap,
  type CborValue,
  DECIMAL_FRACTION,
  DecimalFraction,
  decimalValue,
  FALSE,
  MAP,
  MAX_EXPONENT,
  NEGATIVE,
  TAG,
  TEXT,
  TRUE
} from './value.ts'

/** What a receiver takes at most; nothing is allocated by what the bytes declare. */
export interface CborLimits {
  /** Bytes of the whole item. */
  readonly maxBytes: number
  /** Arrays and maps within each other; a decimal fraction's array counts. */
  readonly maxDepth: number
  /** Elements of the outermost array: the records of a pack. */
  readonly maxItems: number
}

/**
 * What byte strings come out as: copies, or views of the bytes read, for callers who own these and let them live
 * as long as the longest of their parts.
 */
export type ByteStrings = 'copies' | 'views'

/** Additional information of an indefinite length or a break (RFC 8949 section 3.2). */
const INDEFINITE = 31
/** The smallest arguments that need a head of 1, 2, 4 and 8 bytes more. */
const MIN_ARGUMENTS = [24, 2 ** 8, 2 ** 16, 2 ** 32]
/** Initial byte of a half; a single and a double follow (RFC 8949 section 3.3). */
const FIRST_FLOAT = 0xf9

/** Texts of at most this many bytes are looked up among those read before: keys and units repeat. */
const SHORT_TEXT = 6
const MAX_TEXTS = 256
const texts = new Map<number, string>()

/**
 * Goes through core deterministic CBOR (RFC 8949 section 4.2.1) item by item, and checks all that it passes: readCbor
 * (read.ts) has the rules. For messages that are read without a Map for each map in them; the caller counts depths.
 */
export class CborCursor {
  readonly #bytes: Uint8Array
  /** The same bytes, made when text is read: only a Buffer reads text from their middle. */
  #buffer: Buffer | undefined
  readonly #view: DataView
  readonly #limits: CborLimits
  readonly #copies: boolean
  #position = 0
  /** Of the head read last: its low five bits, and its argument. */
  #info = 0
  #argument = 0
  /** Of the decimal fraction read last. */
  #exponent = 0
  /** Where the key read last by key() is. */
  #keyStart = 0
  #keyEnd = 0

  /** @throws CborError 'size' */
  constructor(bytes: Uint8Array, limits: CborLimits, as: ByteStrings) {
    if (bytes.length > limits.maxBytes) {
      throw new CborError('size', `${bytes.length} bytes, at most ${limits.maxBytes} are taken`)
    }
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#limits = limits
    this.#copies = as === 'copies'
  }

  /** @throws CborError 'trailing' where bytes follow */
  end(): void {
    if (this.#position < this.#bytes.length) throw this.#flaw('trailing', 'bytes follow the item')
  }

  /** Goes into an array, whose items follow. @returns how many; undefined, and nothing read, where it is none */
  array(depth: number): number | undefined {
    if (this.#nextMajor() !== ARRAY) return undefined
    this.#head()
    return this.#count(depth + 1)
  }

  /** Goes into a map, whose keys and values follow. @returns how many; undefined, and nothing read, where it is none */
  map(depth: number): number | undefined {
    if (this.#nextMajor() !== MAP) return undefined
    this.#head()
    return this.#pairs(depth + 1)
  }

  /** A key of the map that map() went into. @param isFirst of that map: the others must be above the one before */
  key(isFirst: boolean): number | string {
    const start = this.#position
    const key = this.#key()
    if (!isFirst) this.#rises(this.#keyStart, this.#keyEnd, start, this.#position)
    this.#keyStart = start
    this.#keyEnd = this.#position
    return key
  }

  /** The number that follows, of any of the three kinds; undefined, and nothing read, where another item follows. */
  number(depth: number): number | undefined {
    const initial = this.#bytes[this.#position] ?? 0
    const major = initial >> 5
    if (major <= NEGATIVE) return this.#integer(this.#head())
    if (major === TAG) {
      this.#head()
      const mantissa = this.#mantissa(depth + 1)
      return decimalValue(this.#exponent, mantissa)
    }
    if (initial < FIRST_FLOAT) return undefined
    this.#head()
    return this.#checkedFloat()
  }

  /** Any item. @param depth arrays and maps that it is in */
  item(depth: number): CborValue {
    const major = this.#head()
    if (major <= NEGATIVE) return this.#integer(major)
    if (major === TEXT) return this.#text()
    if (major === ARRAY) return this.#array(depth + 1)
    if (major === MAP) return this.#map(depth + 1)
    if (major === BYTES) return this.#byteString()
    if (major === TAG) return this.#decimalFraction(depth + 1)
    return this.#simple()
  }

  /** @throws CborError 'truncated' */
  #nextMajor(): number {
    const initial = this.#bytes[this.#position]
    if (initial === undefined) throw this.#truncated()
    return initial >> 5
  }

  /** Reads a head in its shortest form. @returns its major type */
  #head(): number {
    const initial = this.#bytes[this.#position]
    if (initial === undefined) throw this.#truncated()
    this.#position++
    const major = initial >> 5
    const info = initial & 0x1f
    this.#info = info
    this.#argument = info
    if (info < 24) return major
    if (info === INDEFINITE) throw this.#flaw('indefinite', 'an indefinite length')
    if (info > 27) throw this.#flaw('reserved', `additional information ${info}`)
    const width = 1 << (info - 24)
    this.#need(width)
    this.#argument = this.#unsigned(width)
    this.#position += width
    // Of major type 7 the argument is a float or a simple value, which has rules of its own.
    if (major <= TAG && this.#argument < (MIN_ARGUMENTS[info - 24] ?? 0))
      throw this.#flaw('not-shortest', 'a longer head than needed')
    return major
  }

  #unsigned(width: number): number {
    const view = this.#view
    const position = this.#position
    if (width === 1) return view.getUint8(position)
    if (width === 2) return view.getUint16(position)
    if (width === 4) return view.getUint32(position)
    return view.getUint32(position) * 2 ** 32 + view.getUint32(position + 4)
  }

  #integer(major: number): number {
    // A negative integer is -1 - argument, so that its magnitude is one more.
    const value = major === NEGATIVE ? -1 - this.#argument : this.#argument
    if (!Number.isSafeInteger(value)) throw this.#flaw('number', 'a whole number of 2^53 or more')
    return value
  }

  #byteString(): Uint8Array {
    const start = this.#advance()
    const view = new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, this.#argument)
    return this.#copies ? view.slice() : view
  }

  #text(): string {
    const start = this.#advance()
    const end = this.#position
    if (end - start <= SHORT_TEXT) return this.#shortText(start, end)
    return this.#isAscii(start, end) ? this.#chars('latin1', start, end) : this.#unicode(start, end)
  }

  #isAscii(start: number, end: number): boolean {
    let bits = 0
    for (let at = start; at < end; at++) bits |= this.#bytes[at] ?? 0
    return bits < 0x80
  }

  #shortText(start: number, end: number): string {
    let packed = 1
    for (let at = start; at < end; at++) packed = packed * 256 + (this.#bytes[at] ?? 0)
    const known = texts.get(packed)
    if (known !== undefined) return known
    const text = this.#isAscii(start, end) ? this.#chars('latin1', start, end) : this.#unicode(start, end)
    if (texts.size >= MAX_TEXTS) texts.clear()
    texts.set(packed, text)
    return text
  }

  #chars(encoding: 'latin1' | 'utf8', start: number, end: number): string {
    const { buffer, byteOffset, length } = this.#bytes
    this.#buffer ??= Buffer.from(buffer, byteOffset, length)
    return this.#buffer.toString(encoding, start, end)
  }

  #unicode(start: number, end: number): string {
    const text = this.#bytes.subarray(start, end)
    if (!isUtf8(text)) throw this.#flaw('text', 'text that is not UTF-8')
    if (text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf) {
      throw this.#flaw('text', 'text beginning with a byte order mark')
    }
    return this.#chars('utf8', start, end)
  }

  /** Goes past a string. @returns where it begins */
  #advance(): number {
    this.#need(this.#argument)
    const start = this.#position
    this.#position += this.#argument
    return start
  }

  /** Items of the array whose head was read. */
  #count(depth: number): number {
    this.#deeper(depth)
    const count = this.#argument
    this.#holds(count)
    if (depth === 1 && count > this.#limits.maxItems) {
      throw this.#flaw('items', `${count} items, at most ${this.#limits.maxItems} are taken`)
    }
    return count
  }

  /** Pairs of the map whose head was read. */
  #pairs(depth: number): number {
    this.#deeper(depth)
    this.#holds(this.#argument * 2)
    return this.#argument
  }

  #array(depth: number): CborValue[] {
    const count = this.#count(depth)
    const items: CborValue[] = []
    for (let i = 0; i < count; i++) items.push(this.item(depth))
    return items
  }

  #map(depth: number): CborMap {
    const count = this.#pairs(depth)
    const map = new Map<number | string, CborValue>()
    let lastStart = 0
    let lastEnd = 0
    for (let i = 0; i < count; i++) {
      const start = this.#position
      const key = this.#key()
      const end = this.#position
      if (i > 0) this.#rises(lastStart, lastEnd, start, end)
      lastStart = start
      lastEnd = end
      map.set(key, this.item(depth))
    }
    return map
  }

  #key(): number | string {
    const major = this.#head()
    if (major <= NEGATIVE) return this.#integer(major)
    if (major === TEXT) return this.#text()
    throw this.#flaw('key', 'a key that is neither text nor a whole number')
  }

  /** Bytewise lexicographic order of the encoded keys: RFC 8949 section 4.2.1. */
  #rises(lastStart: number, lastEnd: number, start: number, end: number): void {
    const order = compareBytes(this.#bytes, lastStart, lastEnd, this.#bytes, start, end)
    if (order === 0) throw this.#flaw('duplicate-key', 'a key twice')
    if (order > 0) throw this.#flaw('order', 'keys out of order')
  }

  #decimalFraction(depth: number): DecimalFraction {
    const mantissa = this.#mantissa(depth)
    return new DecimalFraction(this.#exponent, mantissa)
  }

  /** Of the decimal fraction whose tag was read; its exponent is kept beside. */
  #mantissa(depth: number): number {
    const tag = this.#argument
    if (tag !== DECIMAL_FRACTION) throw this.#flaw('tag', `tag ${tag}`)
    this.#deeper(depth)
    const pair = this.#head()
    if (pair !== ARRAY || this.#argument !== 2) throw this.#flaw('tag', 'tag 4 without its pair')
    const sign = this.#head()
    const max = sign === NEGATIVE ? MAX_EXPONENT - 1 : MAX_EXPONENT
    if (sign > NEGATIVE || this.#argument > max) throw this.#flaw('number', 'an exponent beyond 18')
    this.#exponent = this.#integer(sign)
    const mantissa = this.#head()
    if (mantissa > NEGATIVE) throw this.#flaw('number', 'a mantissa that is not a whole number')
    return this.#integer(mantissa)
  }

  #simple(): boolean | number {
    const info = this.#info
    if (info === FALSE) return false
    if (info === TRUE) return true
    if (info < 25) throw this.#flaw('simple', `simple value ${this.#argument}`)
    return this.#checkedFloat()
  }

  #checkedFloat(): number {
    const info = this.#info
    const value = this.#float()
    if (!Number.isFinite(value)) throw this.#flaw('number', 'NaN or an infinity')
    const fitsHalf = info > 25 && halfBits(value) !== undefined
    const fitsSingle = info > 26 && Math.fround(value) === value
    if (fitsHalf || fitsSingle) throw this.#flaw('not-shortest', 'a longer float than needed')
    return value
  }

  #float(): number {
    if (this.#info === 25) return halfValue(this.#argument)
    if (this.#info === 26) return this.#view.getFloat32(this.#position - 4)
    return this.#view.getFloat64(this.#position - 8)
  }

  #deeper(depth: number): void {
    if (depth > this.#limits.maxDepth) throw this.#flaw('depth', `deeper than ${this.#limits.maxDepth}`)
  }

  #need(count: number): void {
    if (count > this.#bytes.length - this.#position) throw this.#truncated()
  }

  /** Each element takes a byte or more: a greater count is refused before the first is read. */
  #holds(count: number): void {
    if (count > this.#bytes.length - this.#position) throw this.#flaw('length', 'a length beyond the bytes')
  }

  #truncated(): CborError {
    return this.#flaw('truncated', 'the bytes end early')
  }

  #flaw(...[why, what]: ConstructorParameters<typeof CborError>): CborError {
    return new CborError(why, `CBOR at byte ${this.#position}: ${what}`)
  }
}
