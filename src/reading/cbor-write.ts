import { concatBytes } from './cbor-bytes.ts'
import { CborError } from './cbor-error.ts'
import { halfBits } from './cbor-half.ts'
import {
  ARRAY,
  BYTES,
  DECIMAL_FRACTION,
  FALSE,
  MAP,
  MAX_EXPONENT,
  NEGATIVE,
  SIMPLE,
  TAG,
  TEXT,
  TRUE,
  UNSIGNED
} from './cbor-major.ts'
import type { CborValue } from './cbor-read.ts'

/**
 * How a number that is not whole is written: as the shortest float, or as a decimal fraction (tag 4)
 * where that is shorter: 23.45 takes 6 bytes in place of 9.
 */
export type NumberForm = 'float' | 'decimal'

const utf8 = new TextEncoder()

/**
 * Writes core deterministic CBOR (RFC 8949 section 4.2.1): keys sorted by their encoded bytes, whole
 * numbers as integers, everything in its shortest form.
 * @throws CborError for what the wire does not carry: NaN, infinities, lone surrogates, null
 */
export function writeCbor(value: CborValue, form: NumberForm = 'float'): Uint8Array {
  const writer = new Writer(form)
  writer.item(value)
  return writer.taken()
}

/** The head of an item: major type and argument in its shortest form. */
export function cborHead(major: number, argument: number): Uint8Array {
  const writer = new Writer('float')
  writer.head(major, argument)
  return writer.taken()
}

/** A byte string with its head. */
export function cborBytes(bytes: Uint8Array): Uint8Array {
  return concatBytes(cborHead(BYTES, bytes.length), bytes)
}

/** An array of items that are encoded already. */
export function cborArray(items: readonly Uint8Array[]): Uint8Array {
  return concatBytes(cborHead(ARRAY, items.length), ...items)
}

class Writer {
  private readonly form: NumberForm
  private bytes = new Uint8Array(64)
  private view = new DataView(this.bytes.buffer)
  private length = 0

  constructor(form: NumberForm) {
    this.form = form
  }

  taken(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  item(value: CborValue): void {
    if (typeof value === 'number') this.number(value)
    else if (typeof value === 'boolean') this.head(SIMPLE, value ? TRUE : FALSE)
    else if (typeof value === 'string') this.text(value)
    else if (value instanceof Uint8Array) this.string(BYTES, value)
    else if (Array.isArray(value)) this.array(value)
    else if (value instanceof Map) this.map(value)
    else throw new CborError('simple', `CBOR: ${String(value)} has no place on the wire`)
  }

  head(major: number, argument: number): void {
    const type = major << 5
    if (argument < 24) this.put(1, (view, at) => view.setUint8(at, type | argument))
    else if (argument < 2 ** 8) this.put(2, (view, at) => view.setUint16(at, ((type | 24) << 8) | argument))
    else if (argument < 2 ** 16) {
      this.initial(type | 25)
      this.put(2, (view, at) => view.setUint16(at, argument))
    } else if (argument < 2 ** 32) {
      this.initial(type | 26)
      this.put(4, (view, at) => view.setUint32(at, argument))
    } else {
      this.initial(type | 27)
      this.put(8, (view, at) => view.setBigUint64(at, BigInt(argument)))
    }
  }

  private number(value: number): void {
    if (!Number.isFinite(value)) throw new CborError('number', `CBOR: ${value} has no place on the wire`)
    // -0 is whole, but no integer of CBOR.
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.integer(value)
    else this.fraction(value)
  }

  private fraction(value: number): void {
    const decimal = this.form === 'decimal' ? decimalParts(value) : undefined
    if (decimal === undefined || decimalBytes(decimal.mantissa) >= floatBytes(value)) this.float(value)
    else {
      this.head(TAG, DECIMAL_FRACTION)
      this.head(ARRAY, 2)
      this.integer(decimal.exponent)
      this.integer(decimal.mantissa)
    }
  }

  private integer(value: number): void {
    if (value < 0) this.head(NEGATIVE, -1 - value)
    else this.head(UNSIGNED, value)
  }

  private float(value: number): void {
    const half = halfBits(value)
    if (half !== undefined) {
      this.initial(0xf9)
      this.put(2, (view, at) => view.setUint16(at, half))
    } else if (Math.fround(value) === value) {
      this.initial(0xfa)
      this.put(4, (view, at) => view.setFloat32(at, value))
    } else {
      this.initial(0xfb)
      this.put(8, (view, at) => view.setFloat64(at, value))
    }
  }

  private text(value: string): void {
    if (!value.isWellFormed()) throw new CborError('text', 'CBOR: text with a lone surrogate')
    if (value.startsWith('\uFEFF')) throw new CborError('text', 'CBOR: text beginning with a byte order mark')
    this.string(TEXT, utf8.encode(value))
  }

  private string(major: number, bytes: Uint8Array): void {
    this.head(major, bytes.length)
    this.raw(bytes)
  }

  private array(items: readonly CborValue[]): void {
    this.head(ARRAY, items.length)
    for (const item of items) this.item(item)
  }

  private map(map: ReadonlyMap<number | string, CborValue>): void {
    this.head(MAP, map.size)
    const entries = [...map].map(([key, value]) => ({ key: writeKey(key), value }))
    entries.sort((a, b) => Buffer.compare(a.key, b.key))
    for (const { key, value } of entries) {
      this.raw(key)
      this.item(value)
    }
  }

  private raw(bytes: Uint8Array): void {
    this.put(bytes.length, (_view, at) => this.bytes.set(bytes, at))
  }

  private initial(byte: number): void {
    this.put(1, (view, at) => view.setUint8(at, byte))
  }

  /** Writes `count` bytes behind the last, where there is room for them by now. */
  private put(count: number, write: (view: DataView, at: number) => void): void {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.length * 2))
      larger.set(this.bytes)
      this.bytes = larger
      this.view = new DataView(larger.buffer)
    }
    write(this.view, at)
  }
}

/** Keys are few and come again with every map; what else comes is not remembered. */
const KEYS = 256
const keys = new Map<number | string, Uint8Array>()

function writeKey(key: number | string): Uint8Array {
  const known = keys.get(key)
  if (known !== undefined) return known
  if (typeof key === 'number' && !Number.isSafeInteger(key)) {
    throw new CborError('key', `CBOR: ${key} is no key, only text and whole numbers are`)
  }
  const bytes = writeCbor(key)
  if (keys.size < KEYS) keys.set(key, bytes)
  return bytes
}

/** The shortest decimal text of a number as mantissa · 10^exponent, where tag 4 of the wire can hold it. */
function decimalParts(value: number): { exponent: number; mantissa: number } | undefined {
  const [digits = '', power = ''] = value.toExponential().split('e')
  const [whole = '', fraction = ''] = digits.split('.')
  const mantissa = Number(whole + fraction)
  const exponent = Number(power) - fraction.length
  const fits = Number.isSafeInteger(mantissa) && Math.abs(exponent) <= MAX_EXPONENT
  return fits ? { exponent, mantissa } : undefined
}

/** Tag, array and exponent take a byte each, as an exponent of at most 18 fits its head. */
function decimalBytes(mantissa: number): number {
  return 3 + cborHead(UNSIGNED, mantissa < 0 ? -1 - mantissa : mantissa).length
}

function floatBytes(value: number): number {
  if (halfBits(value) !== undefined) return 3
  return Math.fround(value) === value ? 5 : 9
}
