import { type ByteStrings, CborCursor, type CborLimits } from './cursor.ts'
import type { CborValue } from './value.ts'

/**
 * Reads one item of core deterministic CBOR (RFC 8949 section 4.2.1) within the limits, of the kinds that kith
 * sends: whole numbers below 2^53, finite floats in their shortest form, byte strings, UTF-8 text, arrays, maps
 * with text or whole numbers as sorted keys, decimal fractions, false and true (docs/protocols.md section 6).
 * Text beginning with a byte order mark is refused: decoders differ on it.
 * @throws CborError naming the first flaw and its offset
 */
export function readCbor(bytes: Uint8Array, limits: CborLimits, as: ByteStrings = 'copies'): CborValue {
  const cursor = new CborCursor(bytes, limits, as)
  const value = cursor.item(0)
  cursor.end()
  return value
}
