import { isUtf8 } from 'node:buffer'
import { compareBytes } from './bytes.ts'
import { CborError } from './error.ts'
import { halfBits } from './half.ts'
import { ARRAY, DECIMAL_FRACTION, FALSE, MAP, MAX_EXPONENT, NEGATIVE, TAG, TEXT, TRUE } from './major.ts'

/** What a receiver takes at most; nothing is allocated by what the bytes declare. */
export interface CborLimits {
  /** Bytes of the whole item. */
  readonly maxBytes: number
  /** Arrays and maps within each other; a decimal fraction's array counts. */
  readonly maxDepth: number
  /** Elements of the outermost array: the records of a pack. */
  readonly maxItems: number
}

/** Additional information of an indefinite length or a break (RFC 8949 section 3.2). */
const INDEFINITE = 31

/**
 * Checks that the bytes are one item of core deterministic CBOR (RFC 8949 section 4.2.1) within the
 * limits, and of the kinds that kith sends: whole numbers below 2^53, finite floats in their shortest
 * form, byte strings, UTF-8 text, arrays, maps with text or whole numbers as sorted keys, decimal
 * fractions, false and true. Text beginning with a byte order mark is refused: decoders differ on it.
 * @throws CborError naming the first flaw and its offset
 */
export function scanCbor(bytes: Uint8Array, limits: CborLimits): void {
  if (bytes.length > limits.maxBytes) {
    throw new CborError('size', `${bytes.length} bytes, at most ${limits.maxBytes} are taken`)
  }
  new Scanner(bytes, limits).scan()
}

class Scanner {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly limits: CborLimits
  private position = 0
  /** Of the head read last: its major type, its low five bits, and its argument. */
  private major = 0
  private info = 0
  private argument = 0

  constructor(bytes: Uint8Array, limits: CborLimits) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.limits = limits
  }

  scan(): void {
    this.item(0)
    if (this.position < this.bytes.length) throw this.flaw('trailing', 'bytes follow the item')
  }

  private item(depth: number): void {
    const major = this.head()
    if (major <= NEGATIVE) this.integer()
    else if (major <= TEXT) this.string()
    else if (major === ARRAY) this.array(depth + 1)
    else if (major === MAP) this.map(depth + 1)
    else if (major === TAG) this.decimalFraction(depth + 1)
    else this.simple()
  }

  /** Reads a head in its shortest form. @returns its major type */
  private head(): number {
    this.need(1)
    const initial = this.view.getUint8(this.position++)
    this.major = initial >> 5
    this.info = initial & 0x1f
    this.argument = this.info
    if (this.info < 24) return this.major
    if (this.info === INDEFINITE) throw this.flaw('indefinite', 'an indefinite length')
    if (this.info > 27) throw this.flaw('reserved', `additional information ${this.info}`)
    const width = 2 ** (this.info - 24)
    this.need(width)
    this.argument = this.unsigned(width)
    this.position += width
    // Of major type 7 the argument is a float or a simple value, which has rules of its own.
    const min = width === 1 ? 24 : 2 ** (width * 4)
    if (this.major <= TAG && this.argument < min) throw this.flaw('not-shortest', 'a longer head than needed')
    return this.major
  }

  private unsigned(width: number): number {
    if (width === 1) return this.view.getUint8(this.position)
    if (width === 2) return this.view.getUint16(this.position)
    if (width === 4) return this.view.getUint32(this.position)
    return this.view.getUint32(this.position) * 2 ** 32 + this.view.getUint32(this.position + 4)
  }

  private integer(): void {
    // A negative integer is -1 - argument, so its magnitude is one more.
    if (this.argument + (this.major === NEGATIVE ? 1 : 0) > Number.MAX_SAFE_INTEGER) {
      throw this.flaw('number', 'a whole number of 2^53 or more')
    }
  }

  private string(): void {
    const isText = this.major === TEXT
    this.need(this.argument)
    const start = this.position
    this.position += this.argument
    if (!isText || this.isAscii(start, this.position)) return
    const text = this.bytes.subarray(start, this.position)
    if (!isUtf8(text)) throw this.flaw('text', 'text that is not UTF-8')
    if (text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf) {
      throw this.flaw('text', 'text beginning with a byte order mark')
    }
  }

  /** Most text is, and is then UTF-8 without a call into the system. */
  private isAscii(start: number, end: number): boolean {
    let bits = 0
    for (let at = start; at < end; at++) bits |= this.bytes[at] ?? 0
    return bits < 0x80
  }

  private array(depth: number): void {
    this.deeper(depth)
    const count = this.argument
    this.holds(count)
    if (depth === 1 && count > this.limits.maxItems) {
      throw this.flaw('items', `${count} items, at most ${this.limits.maxItems} are taken`)
    }
    for (let i = 0; i < count; i++) this.item(depth)
  }

  private map(depth: number): void {
    this.deeper(depth)
    const count = this.argument
    this.holds(count * 2)
    let lastStart = 0
    let lastEnd = 0
    for (let i = 0; i < count; i++) {
      const start = this.position
      this.key()
      const end = this.position
      if (i > 0) this.rises(lastStart, lastEnd, start, end)
      lastStart = start
      lastEnd = end
      this.item(depth)
    }
  }

  private key(): void {
    const major = this.head()
    if (major <= NEGATIVE) this.integer()
    else if (major === TEXT) this.string()
    else throw this.flaw('key', 'a key that is neither text nor a whole number')
  }

  /** Bytewise lexicographic order of the encoded keys: RFC 8949 section 4.2.1. */
  private rises(lastStart: number, lastEnd: number, start: number, end: number): void {
    const order = compareBytes(this.bytes, lastStart, lastEnd, this.bytes, start, end)
    if (order === 0) throw this.flaw('duplicate-key', 'a key twice')
    if (order > 0) throw this.flaw('order', 'keys out of order')
  }

  private decimalFraction(depth: number): void {
    const tag = this.argument
    if (tag !== DECIMAL_FRACTION) throw this.flaw('tag', `tag ${tag}`)
    this.deeper(depth)
    const pair = this.head()
    if (pair !== ARRAY || this.argument !== 2) throw this.flaw('tag', 'tag 4 without its pair')
    const exponent = this.head()
    const greatest = exponent === NEGATIVE ? MAX_EXPONENT - 1 : MAX_EXPONENT
    if (exponent > NEGATIVE || this.argument > greatest) throw this.flaw('number', 'an exponent beyond 18')
    const mantissa = this.head()
    if (mantissa > NEGATIVE) throw this.flaw('number', 'a mantissa that is no whole number')
    this.integer()
  }

  private simple(): void {
    if (this.info === FALSE || this.info === TRUE) return
    if (this.info < 25) throw this.flaw('simple', `simple value ${this.argument}`)
    const value = this.float()
    if (!Number.isFinite(value)) throw this.flaw('number', 'NaN or an infinity')
    const fitsHalf = this.info > 25 && halfBits(value) !== undefined
    const fitsSingle = this.info > 26 && Math.fround(value) === value
    if (fitsHalf || fitsSingle) throw this.flaw('not-shortest', 'a longer float than needed')
  }

  private float(): number {
    // A half is finite unless its exponent is all ones; its value matters to nobody here.
    if (this.info === 25) return (this.argument & 0x7c00) === 0x7c00 ? Number.NaN : 0
    if (this.info === 26) return this.view.getFloat32(this.position - 4)
    return this.view.getFloat64(this.position - 8)
  }

  private deeper(depth: number): void {
    if (depth > this.limits.maxDepth) throw this.flaw('depth', `deeper than ${this.limits.maxDepth}`)
  }

  private need(count: number): void {
    if (count > this.bytes.length - this.position) throw this.flaw('truncated', 'the bytes end early')
  }

  /** Each element takes a byte or more: a greater count is refused before the first is read. */
  private holds(count: number): void {
    if (count > this.bytes.length - this.position) throw this.flaw('length', 'a length beyond the bytes')
  }

  private flaw(...[why, what]: ConstructorParameters<typeof CborError>): CborError {
    return new CborError(why, `CBOR at byte ${this.position}: ${what}`)
  }
}
