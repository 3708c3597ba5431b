import { compareBytes, concatBytes } from './bytes.ts'
import { CborError } from './error.ts'
import { halfBits } from './half.ts'
import {
  ARRAY,
  BYTES,
  type CborMap,
  type CborValue,
  DECIMAL_FRACTION,
  DecimalFraction,
  FALSE,
  MAP,
  MAX_EXPONENT,
  NEGATIVE,
  SIMPLE,
  TAG,
  TEXT,
  TRUE,
  UNSIGNED
} from './value.ts'

/**
 * How a number that is not whole is written: as the shortest float, or as a decimal fraction (tag 4)
 * where that is shorter: 23.45 takes 6 bytes in place of 9.
 */
export type NumberForm = 'float' | 'decimal'

/**
 * Writes core deterministic CBOR (RFC 8949 section 4.2.1): keys sorted by their encoded bytes, whole
 * numbers as integers, everything in its shortest form.
 * @throws CborError for what the wire does not carry: NaN, infinities, lone surrogates, null
 */
export function writeCbor(value: CborValue, form: NumberForm = 'float'): Uint8Array {
  const writer = new CborWriter(form)
  writer.item(value)
  return writer.copied()
}

/** The head of an item: major type and argument in its shortest form. */
export function cborHead(major: number, argument: number): Uint8Array {
  const initial = major << 5
  if (argument < 24) return Uint8Array.of(initial | argument)
  if (argument < 0x100) return Uint8Array.of(initial | 24, argument)
  if (argument < 0x1_0000) return Uint8Array.of(initial | 25, argument >> 8, argument & 0xff)
  const writer = new CborWriter()
  writer.head(major, argument)
  return writer.copied()
}

/** A byte string with its head. */
export function cborBytes(bytes: Uint8Array): Uint8Array {
  return concatBytes(cborHead(BYTES, bytes.length), bytes)
}

/** An array of items that are encoded already. */
export function cborArray(items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(cborHead(ARRAY, items.length), ...items)
}

/** Bytes that a writer allocates first: most requests and small answers fit. */
const ROOM = 384
/** Bytes that a writer which is used again keeps: an answer with a block fits. */
const MAX_KEPT = 32_768
/** Characters of text that are written one by one: a call of Buffer costs more for these. */
const SHORT_TEXT = 64

/**
 * Writes items of core deterministic CBOR (RFC 8949 section 4.2.1) one behind the other.
 * Throws CborError for what the wire does not carry: NaN, infinities, lone surrogates, null.
 */
export class CborWriter {
  readonly #form: NumberForm
  #bytes = Buffer.allocUnsafe(ROOM)
  #length = 0

  constructor(form: NumberForm = 'float') {
    this.#form = form
  }

  /** A copy of what was written, as a plain Uint8Array of its own memory. */
  copied(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length))
  }

  /** Of what was written, a copy in memory of Node's pool that other buffers share: to be sent, not to be kept. */
  exact(): Buffer {
    const exact = Buffer.allocUnsafe(this.#length)
    this.#bytes.copy(exact, 0, 0, this.#length)
    return exact
  }

  /** Forgets what was written, to write anew in the same memory. */
  restart(): void {
    this.#length = 0
    if (this.#bytes.length > MAX_KEPT) this.#bytes = Buffer.allocUnsafe(ROOM)
  }

  item(value: CborValue): void {
    if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'boolean') this.head(SIMPLE, value ? TRUE : FALSE)
    else if (typeof value === 'string') this.#text(value)
    else if (value instanceof Uint8Array) this.#string(value)
    else if (Array.isArray(value)) this.#array(value)
    else if (value instanceof Map) this.#map(value)
    else if (value instanceof DecimalFraction) this.#decimal(value)
    else throw new CborError('simple', `CBOR: ${String(value)} has no place on the wire`)
  }

  head(major: number, argument: number): void {
    const type = major << 5
    if (argument < 24) this.#initial(type | argument)
    else if (argument < 2 ** 8) this.#length = this.#initial(type | 24).writeUInt8(argument, this.#length)
    else if (argument < 2 ** 16) this.#length = this.#initial(type | 25).writeUInt16BE(argument, this.#length)
    else if (argument < 2 ** 32) this.#length = this.#initial(type | 26).writeUInt32BE(argument, this.#length)
    else this.#length = this.#initial(type | 27).writeBigUInt64BE(BigInt(argument), this.#length)
  }

  #number(value: number): void {
    if (!Number.isFinite(value)) throw new CborError('number', `CBOR: ${value} has no place on the wire`)
    // -0 is whole, but no integer of CBOR.
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.#integer(value)
    else this.#fraction(value)
  }

  #fraction(value: number): void {
    const decimal = this.#form === 'decimal' ? shorterDecimal(value) : undefined
    if (decimal === undefined) this.#float(value)
    else this.#decimal(decimal)
  }

  #decimal({ exponent, mantissa }: DecimalFraction): void {
    this.head(TAG, DECIMAL_FRACTION)
    this.head(ARRAY, 2)
    this.#integer(exponent)
    this.#integer(mantissa)
  }

  #integer(value: number): void {
    if (value < 0) this.head(NEGATIVE, -1 - value)
    else this.head(UNSIGNED, value)
  }

  #float(value: number): void {
    const half = halfBits(value)
    if (half !== undefined) this.#length = this.#initial(0xf9).writeUInt16BE(half, this.#length)
    else if (Math.fround(value) === value)
      this.#length = this.#initial(0xfa).writeFloatBE(value, this.#length)
    else this.#length = this.#initial(0xfb).writeDoubleBE(value, this.#length)
  }

  #text(value: string): void {
    if (value.length > SHORT_TEXT || !this.#ascii(value)) this.#unicode(value)
  }

  /** @returns false, with nothing written, for other text */
  #ascii(value: string): boolean {
    const start = this.#length
    this.head(TEXT, value.length)
    const bytes = this.#room(value.length)
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i)
      if (code >= 0x80) {
        this.#length = start
        return false
      }
      bytes[this.#length++] = code
    }
    return true
  }

  #unicode(value: string): void {
    if (!value.isWellFormed()) throw new CborError('text', 'CBOR: text with a lone surrogate')
    if (value.startsWith('\uFEFF')) throw new CborError('text', 'CBOR: text beginning with a byte order mark')
    const count = Buffer.byteLength(value)
    this.head(TEXT, count)
    this.#length += this.#room(count).write(value, this.#length)
  }

  #string(bytes: Uint8Array): void {
    this.head(BYTES, bytes.length)
    this.raw(bytes)
  }

  #array(items: readonly CborValue[]): void {
    this.head(ARRAY, items.length)
    for (const item of items) this.item(item)
  }

  #map(map: CborMap): void {
    this.head(MAP, map.size)
    const entries: { key: Uint8Array; value: CborValue }[] = []
    for (const [key, value] of map) entries.push({ key: writeKey(key), value })
    entries.sort((a, b) => compareKeys(a.key, b.key))
    for (const { key, value } of entries) {
      this.raw(key)
      this.item(value)
    }
  }

  /** Bytes that are CBOR already. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Writes a first byte. @returns where its argument goes, at most 8 bytes */
  #initial(byte: number): Buffer {
    this.#room(9)[this.#length++] = byte
    return this.#bytes
  }

  /** The buffer, with room for `count` more bytes. */
  #room(count: number): Buffer {
    if (this.#length + count > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length + count, this.#bytes.length * 2))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    return this.#bytes
  }
}

/** Encoded keys that are remembered: the same few come with every map. */
const KEYS = 256
const keys = new Map<number | string, Uint8Array>()

/** @throws CborError for what is not a key */
export function writeKey(key: number | string): Uint8Array {
  const known = keys.get(key)
  if (known !== undefined) return known
  if (typeof key === 'number' && !Number.isSafeInteger(key)) {
    throw new CborError('key', `CBOR: ${key} is not a key, only text and whole numbers are`)
  }
  const writer = new CborWriter()
  writer.item(key)
  const bytes = writer.copied()
  if (keys.size < KEYS) keys.set(key, bytes)
  return bytes
}

/** The order of keys: bytewise, as they are written. */
export function compareKeys(one: Uint8Array, other: Uint8Array): number {
  return compareBytes(one, 0, one.length, other, 0, other.length)
}

/** The number as a decimal fraction, where the wire can hold that and it takes fewer bytes than the shortest float. */
function shorterDecimal(value: number): DecimalFraction | undefined {
  const decimal = decimalParts(value)
  if (decimal === undefined || decimalBytes(decimal) >= floatBytes(value)) return undefined
  return decimal
}

/** Of the shortest decimal text of a number. */
function decimalParts(value: number): DecimalFraction | undefined {
  const [digits = '', power = ''] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  const mantissa = Number(whole + fraction)
  const exponent = Number(power) - fraction.length
  const fits = Number.isSafeInteger(mantissa) && Math.abs(exponent) <= MAX_EXPONENT
  return fits ? new DecimalFraction(exponent, mantissa) : undefined
}

/** Tag, array and exponent take a byte each, as an exponent of at most 18 fits its head. */
function decimalBytes({ mantissa }: DecimalFraction): number {
  const argument = mantissa < 0 ? -1 - mantissa : mantissa
  if (argument < 24) return 4
  if (argument < 2 ** 8) return 5
  if (argument < 2 ** 16) return 6
  return argument < 2 ** 32 ? 8 : 12
}

function floatBytes(value: number): number {
  if (halfBits(value) !== undefined) return 3
  return Math.fround(value) === value ? 5 : 9
}
