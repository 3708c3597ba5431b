import { Decoder } from 'cbor-x'
import { type CborLimits, scanCbor } from './cbor-scan.ts'

/** What the CBOR of kith carries; there is no null. Byte strings are copies of the bytes read. */
export type CborValue = number | string | boolean | Uint8Array | readonly CborValue[] | CborMap
export type CborMap = ReadonlyMap<number | string, CborValue>

// int64AsNumber is exact below 2^53, which the scanner assures; cbor-x's types leave it out.
const options = { mapsAsObjects: false, useRecords: false, copyBuffers: true, int64AsNumber: true }
const decoder = new Decoder(options)

/**
 * Reads one item of core deterministic CBOR. The scanner goes before the decoder, so that nothing
 * reaches it that it would take loosely: records, references, dates, equal keys, deep nesting.
 * Decimal fractions come out as the number nearest to their decimal text.
 * @throws CborError
 */
export function readCbor(bytes: Uint8Array, limits: CborLimits): CborValue {
  scanCbor(bytes, limits)
  // A view of our own: the decoder leaves a property on it, and a Buffer would make Buffers of its parts.
  return decoder.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

export function isCborMap(value: CborValue | undefined): value is CborMap {
  return value instanceof Map
}
