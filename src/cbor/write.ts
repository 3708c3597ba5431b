import { concatBytes } from './bytes.ts'
import { ARRAY, BYTES } from './major.ts'
import type { CborValue } from './read.ts'
import { CborWriter, type NumberForm } from './writer.ts'

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
