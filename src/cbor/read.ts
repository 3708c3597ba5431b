import { Decoder } from 'cbor-x'
import { type CborLimits, scanCbor } from './scan.ts'

/** What the CBOR of kith carries; there is no null. */
export type CborValue = number | string | boolean | Uint8Array | readonly CborValue[] | CborMap
export type CborMap = ReadonlyMap<number | string, CborValue>

// int64AsNumber is exact below 2^53, which the scanner assures; cbor-x's types leave it out.
const options = { mapsAsObjects: false, useRecords: false, int64AsNumber: true }
const decoders = {
  copies: new Decoder({ ...options, copyBuffers: true }),
  views: new Decoder(options)
}

/**
 * What byte strings come out as: copies, or views of the bytes read, for who owns these and lets them live as
 * long as the longest of their parts.
 */
export type ByteStrings = keyof typeof decoders

/**
 * Reads one item of core deterministic CBOR. The scanner goes before the decoder, so that nothing
 * reaches it that it would take loosely: records, references, dates, equal keys, deep nesting.
 * Decimal fractions come out as the number nearest to their decimal text.
 * @throws CborError
 */
export function readCbor(bytes: Uint8Array, limits: CborLimits, as: ByteStrings = 'copies'): CborValue {
  scanCbor(bytes, limits)
  // A view of our own: the decoder leaves a property on it, and a Buffer would make Buffers of its parts.
  return decoders[as].decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

export function isCborMap(value: CborValue | undefined): value is CborMap {
  return value instanceof Map
}
