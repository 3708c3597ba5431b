import { MAX_SELECTORS } from '../../protocol/query/constants.ts'

/** Bytes of names in one request: with the rest of it they fit the 256 bytes that every flow takes in one packet. */
const MAX_BYTES = 192
/** CBOR's head of a text of up to 255 bytes (RFC 8949 section 3). */
const HEAD = 2

/** The first names that fit one datagram together; at least one. */
export function nextBatch(names: ReadonlyMap<string, string>): Map<string, string> {
  const batch = new Map<string, string>()
  let bytes = 0
  for (const [key, name] of names) {
    bytes += name.length + HEAD
    if (batch.size > 0 && (bytes > MAX_BYTES || batch.size === MAX_SELECTORS)) break
    batch.set(key, name)
  }
  return batch
}
