import type { ByteStrings } from '../../../cbor/cursor.ts'
import { CborError } from '../../../cbor/error.ts'
import { readCbor } from '../../../cbor/read.ts'
import { type CborMap, type CborValue, isCborMap } from '../../../cbor/value.ts'
import type { Position, Run } from '../../../reading/run.ts'
import { badFrame } from '../../frame-splitter.ts'

/** A frame is a map that holds arrays of strings or numbers, nothing deeper. */
const MAX_DEPTH = 2
const BOOT_BYTES = 8

/** @throws NodeError 'bad-frame' where the bytes are no map in core deterministic CBOR */
export function readFrame(bytes: Uint8Array, maxBytes: number, as?: ByteStrings): CborMap {
  const value = readItem(bytes, maxBytes, as)
  if (!isCborMap(value)) throw badFrame('it is not a map')
  return value
}

export function isWhole(value: unknown, min = 0, max: number = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
}

/** @param max in Unicode code points, as docs/protocols.md counts characters */
export function isText(value: unknown, min: number, max: number): value is string {
  if (typeof value !== 'string' || value.length < min) return false
  return value.length <= max || (value.length <= 2 * max && [...value].length <= max)
}

export function runOf(epoch: unknown, boot: unknown): Run | undefined {
  if (!isWhole(epoch) || !(boot instanceof Uint8Array) || boot.length !== BOOT_BYTES) return undefined
  return { epoch, boot: Buffer.from(boot).toString('hex') }
}

export function positionOf(value: CborValue): Position | undefined {
  if (!Array.isArray(value) || value.length !== 3) return undefined
  const run = runOf(value[0], value[1])
  return run !== undefined && isWhole(value[2]) ? { ...run, seq: value[2] } : undefined
}

export function bootBytes(run: Run): Uint8Array {
  return new Uint8Array(Buffer.from(run.boot, 'hex'))
}

function readItem(bytes: Uint8Array, maxBytes: number, as: ByteStrings | undefined): CborValue {
  try {
    return readCbor(bytes, { maxBytes, maxDepth: MAX_DEPTH, maxItems: 0 }, as)
  } catch (error) {
    throw badFrame(error instanceof CborError ? error.message : String(error))
  }
}
