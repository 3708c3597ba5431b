import { deflateSync, inflateSync } from 'node:zlib'
import { MAX_PAYLOAD } from '../../signed/senml.ts'

/** A window of 8 KiB, as blocks are smaller: the first byte says so (RFC 1950 section 2.2). Signed bytes begin with D2. */
const WINDOW_BITS = 13
const ZLIB = 0x58
/** First byte of rows without their seals; not 0, which a disk leaves of what it lost. */
const ROWS = 0x01

/** Signed bytes below this do not get smaller: 64 of them are a signature. */
const MIN_DEFLATED = 400
/** Bytes of the largest pack or block, with its seal. */
const MAX_SEALED = MAX_PAYLOAD + 1024

/** Signed bytes as they are kept. */
export function keptBytes(signed: Uint8Array): Uint8Array {
  if (signed.length < MIN_DEFLATED) return signed
  const deflated = deflateSync(signed, { windowBits: WINDOW_BITS, memLevel: 6 })
  return deflated.length < signed.length ? deflated : signed
}

/** Signed bytes from those that are kept; damaged ones come back as they are. */
export function signedBytes(kept: Uint8Array): Uint8Array {
  if (kept[0] !== ZLIB) return kept
  try {
    return inflateSync(kept, { maxOutputLength: MAX_SEALED })
  } catch {
    return kept
  }
}

export function keptRows(rows: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(ROWS), rows])
}

/** The rows among what is kept, undefined where it is signed. */
export function rowsIn(kept: Uint8Array): Uint8Array | undefined {
  return kept[0] === ROWS ? kept.subarray(1) : undefined
}
