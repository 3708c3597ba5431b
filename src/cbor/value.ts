/** What the CBOR of kith carries; there is no null. */
export type CborValue =
  | number
  | string
  | boolean
  | Uint8Array
  | DecimalFraction
  | readonly CborValue[]
  | CborMap
export type CborMap = ReadonlyMap<number | string, CborValue>

/** Major types (RFC 8949 section 3.1). */
export const UNSIGNED = 0
export const NEGATIVE = 1
export const BYTES = 2
export const TEXT = 3
export const ARRAY = 4
export const MAP = 5
export const TAG = 6
export const SIMPLE = 7

/** Simple values (section 3.3). */
export const FALSE = 20
export const TRUE = 21

/** The tag of [exponent, mantissa] (section 3.4.4): the only one on the wire (docs/protocols.md section 6, C11). */
export const DECIMAL_FRACTION = 4
/** Exponents are -18 … 18 (docs/protocols.md section 6, C12). */
export const MAX_EXPONENT = 18

/**
 * A decimal fraction, mantissa · 10^exponent. It is not a plain number, so that it passes only where the wire
 * takes one: a uint written as a decimal fraction is refused.
 */
export class DecimalFraction {
  /** A whole number of -18 … 18. */
  readonly exponent: number
  /** A whole number of magnitude below 2^53. */
  readonly mantissa: number

  constructor(exponent: number, mantissa: number) {
    this.exponent = exponent
    this.mantissa = mantissa
  }

  get value(): number {
    return decimalValue(this.exponent, this.mantissa)
  }
}

/** Exact, as every power of ten up to 10^22 is. */
const POWERS = Array.from({ length: MAX_EXPONENT + 1 }, (_, exponent) => 10 ** exponent)

/** The nearest number to mantissa · 10^exponent: both operands are exact, so that one operation rounds once. */
export function decimalValue(exponent: number, mantissa: number): number {
  return exponent < 0 ? mantissa / (POWERS[-exponent] ?? 1) : mantissa * (POWERS[exponent] ?? 1)
}

export function isCborMap(value: CborValue | undefined): value is CborMap {
  return value instanceof Map
}

/** The number that an integer, a float or a decimal fraction stands for; undefined for anything else. */
export function numberOf(value: CborValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  return value instanceof DecimalFraction ? value.value : undefined
}
