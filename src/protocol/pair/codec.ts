import { CborError } from '../../cbor/error.ts'
import { readCbor } from '../../cbor/read.ts'
import { CborRecord } from '../../cbor/record.ts'
import { type CborMap, type CborValue, isCborMap } from '../../cbor/value.ts'
import { NAME, WORD } from '../../names.ts'
import { badFrame } from '../frame-splitter.ts'
import {
  MAX_FRAME_BYTES,
  MAX_FRAME_DEPTH,
  MAX_GRANT_BYTES,
  MAX_GRANTS,
  MAX_REFUSAL_BYTES,
  NONCE_BYTES,
  SHARE_BYTES,
  TAG_BYTES
} from './constants.ts'

/**
 * The frames of `/kith/pair-by-code/v1` (docs/protocols.md section 24): an unsigned varint length in its minimal form, then one
 * map in core deterministic CBOR (RFC 8949 section 4.2.1). I is who opens the stream and knows a code, R has it open.
 *
 *     nonce   = { nonce: bstr .size 16 }                    I, then R
 *     share   = { share: bstr .size 32, ? name: name }      I, then R
 *     proof   = { tag: bstr .size 64 }                      I
 *     paired  = { tag: bstr .size 64, may: [*16 grant] }    R
 *     done    = { done: true }                              I
 *     refusal = { error: [code, text] }                     R, in place of any frame; nothing follows
 *
 * Those of `/kith/unpair/v1`, one a side:
 *
 *     unpaired = { unpaired: true }
 *     heard    = { heard: true }
 */
export interface Frames {
  readonly nonce: { readonly nonce: Uint8Array }
  readonly share: { readonly share: Uint8Array; readonly name: string | undefined }
  readonly proof: { readonly tag: Uint8Array }
  readonly paired: { readonly tag: Uint8Array; readonly may: readonly string[] }
  readonly done: { readonly done: true }
  readonly unpaired: { readonly unpaired: true }
  readonly heard: { readonly heard: true }
}

export interface Refusal {
  readonly code: string
  readonly text: string
}

const records = {
  nonce: new CborRecord(['nonce']),
  share: new CborRecord(['share', 'name']),
  proof: new CborRecord(['tag']),
  paired: new CborRecord(['tag', 'may']),
  done: new CborRecord(['done']),
  unpaired: new CborRecord(['unpaired']),
  heard: new CborRecord(['heard'])
}
const refusal = new CborRecord(['error'])

export function encodeFrame<Kind extends keyof Frames>(kind: Kind, frame: Frames[Kind]): Uint8Array {
  return (records[kind] as CborRecord<string>).write({ ...frame } as Record<string, CborValue | undefined>)
}

export function encodeRefusal({ code, text }: Refusal): Uint8Array {
  return refusal.write({ error: [code, text] })
}

const readers: { readonly [Kind in keyof Frames]: (map: CborMap) => Frames[Kind] } = {
  nonce: (map) => ({ nonce: bytesOf(map, 'nonce', NONCE_BYTES) }),
  share: (map) => ({ share: bytesOf(map, 'share', SHARE_BYTES), name: nameOf(map) }),
  proof: (map) => ({ tag: bytesOf(map, 'tag', TAG_BYTES) }),
  paired: (map) => ({ tag: bytesOf(map, 'tag', TAG_BYTES), may: grantsOf(map.get('may')) }),
  done: (map) => ({ done: trueOf(map, 'done') }),
  unpaired: (map) => ({ unpaired: trueOf(map, 'unpaired') }),
  heard: (map) => ({ heard: trueOf(map, 'heard') })
}

/** Keys that are not known are ignored. @throws NodeError 'bad-frame' */
export function decodeFrame<Kind extends keyof Frames>(
  kind: Kind,
  bytes: Uint8Array
): Frames[Kind] | { readonly refusal: Refusal } {
  const map = readMap(bytes)
  const error = map.get('error')
  return error === undefined ? readers[kind](map) : { refusal: refusalOf(error) }
}

function readMap(bytes: Uint8Array): CborMap {
  let value: CborValue
  try {
    value = readCbor(bytes, { maxBytes: MAX_FRAME_BYTES, maxDepth: MAX_FRAME_DEPTH, maxItems: 0 })
  } catch (error) {
    throw badFrame(error instanceof CborError ? error.message : String(error))
  }
  if (!isCborMap(value)) throw badFrame('it is not a map')
  return value
}

function bytesOf(map: CborMap, key: string, size: number): Uint8Array {
  const value = map.get(key)
  if (!(value instanceof Uint8Array) || value.length !== size)
    throw badFrame(`it has no ${key} of ${size} bytes`)
  return value
}

function trueOf(map: CborMap, key: string): true {
  if (map.get(key) !== true) throw badFrame(`its ${key} is not true`)
  return true
}

function nameOf(map: CborMap): string | undefined {
  const name = map.get('name')
  if (name === undefined) return undefined
  if (typeof name !== 'string' || !NAME.test(name)) throw badFrame('its name is none')
  return name
}

function grantsOf(value: CborValue | undefined): string[] {
  if (!Array.isArray(value) || value.length > MAX_GRANTS) throw badFrame('it has no list of grants')
  return value.map((grant) => {
    if (typeof grant !== 'string' || grant.length > MAX_GRANT_BYTES || !/^[\x21-\x7e]+$/.test(grant))
      throw badFrame('a grant is not what it must be')
    return grant
  })
}

function refusalOf(value: CborValue): Refusal {
  const [code, text] = Array.isArray(value) ? value : []
  if (typeof code !== 'string' || !WORD.test(code) || typeof text !== 'string')
    throw badFrame('its error is none')
  if (Buffer.byteLength(text) > MAX_REFUSAL_BYTES) throw badFrame('the text of its error is too long')
  return { code, text }
}
