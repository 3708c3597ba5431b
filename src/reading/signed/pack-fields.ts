import { hexOfBytes } from '../../cbor/bytes.ts'
import { type CborMap, type CborValue, numberOf } from '../../cbor/value.ts'
import { PackError, type PackFlaw } from './pack-error.ts'

/*
 * Fields of a decoded map by the kinds of docs/protocols.md section 8: undefined where absent, PackError where
 * of another kind.
 */

/** A `num`: an integer, a float or a decimal fraction. */
export function numberAt(map: CborMap, key: number | string, why: PackFlaw): number | undefined {
  const value = map.get(key)
  if (value === undefined) return undefined
  const number = numberOf(value)
  if (number !== undefined) return number
  throw new PackError(why, `${key} is not a number`)
}

/** A number from 0: a duration or a bound. */
export function amountAt(map: CborMap, key: number | string, why: PackFlaw): number | undefined {
  const value = numberAt(map, key, why)
  return value === undefined ? undefined : asAmount(value, key, why)
}

export function asAmount(value: number, key: number | string, why: PackFlaw): number {
  if (value >= 0) return value
  throw new PackError(why, `${key} is negative`)
}

/** A `uint`: a whole number from 0 below 2^53, written as an integer or as a float, not as a decimal fraction. */
export function countAt(map: CborMap, key: number | string, why: PackFlaw): number | undefined {
  const value = map.get(key)
  return value === undefined ? undefined : asCount(value, key, why)
}

export function asCount(value: CborValue, key: number | string, why: PackFlaw): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new PackError(why, `${key} is not a whole number from 0`)
}

export function textAt(map: CborMap, key: number | string, why: PackFlaw): string | undefined {
  const value = map.get(key)
  return value === undefined ? undefined : asText(value, key, why)
}

export function asText(value: CborValue, key: number | string, why: PackFlaw): string {
  if (typeof value === 'string') return value
  throw new PackError(why, `${key} is not text`)
}

/** Bytes of exactly that length, as hexadecimal digits. */
export function hexAt(map: CborMap, key: number | string, length: number, why: PackFlaw): string | undefined {
  const value = map.get(key)
  if (value === undefined) return undefined
  return asHex(value, length, why)
}

export function asHex(value: unknown, length: number, why: PackFlaw): string {
  if (value instanceof Uint8Array && value.length === length) return hexOfBytes(value)
  throw new PackError(why, `not ${length} bytes`)
}

/** The value, which must be there. */
export function required<T>(value: T | undefined, why: PackFlaw, what: string): T {
  if (value === undefined) throw new PackError(why, `${what} is missing`)
  return value
}
