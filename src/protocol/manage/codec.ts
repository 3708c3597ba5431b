import { CborError } from '../../cbor/error.ts'
import { readCbor } from '../../cbor/read.ts'
import { CborRecord } from '../../cbor/record.ts'
import { type CborMap, type CborValue, isCborMap } from '../../cbor/value.ts'
import { badFrame } from '../frame-splitter.ts'
import {
  MAX_ANSWER_BYTES,
  MAX_ERROR_TEXT,
  MAX_FRAME_DEPTH,
  MAX_FRAME_ITEMS,
  MAX_LINES,
  MAX_PART_BYTES,
  MAX_REQUEST_BYTES,
  MAX_TEXT_BYTES
} from './constants.ts'
import { isManageErrorCode, ManageError, type ManageErrorCode } from './manage-error.ts'

/**
 * A frame of `/kith/manage/v1` (docs/protocols.md section 25): an unsigned varint length in its minimal form, then one
 * map in core deterministic CBOR (RFC 8949 section 4.2.1).
 *
 *     request = { op: "status" } / { op: "doctor" } / { op: "config" } / { op: "restart" }
 *             / { op: "logs", ? n: 0..10000, ? follow: true }
 *             / { op: "check", text: tstr } / { op: "put", text: tstr, base: tstr }
 *             / { op: "confirm", ticket: tstr }
 *     answer  = { ? json: bstr .size (1..16384), ? end: true } / { error: [code, text] }
 */
export type ManageRequest =
  | { readonly op: 'status' | 'doctor' | 'config' | 'restart' }
  | { readonly op: 'logs'; readonly n?: number | undefined; readonly follow?: boolean | undefined }
  | { readonly op: 'check'; readonly text: string }
  /** @param base the SHA-256 of the text that this one was made of, in hex */
  | { readonly op: 'put'; readonly text: string; readonly base: string }
  | { readonly op: 'confirm'; readonly ticket: string }

export type ManageAnswer =
  | { readonly json?: Uint8Array | undefined; readonly end?: true | undefined }
  | { readonly error: readonly [code: ManageErrorCode, text: string] }

const requests = new CborRecord(['op', 'n', 'follow', 'text', 'base', 'ticket'])
const answers = new CborRecord(['json', 'end', 'error'])

const HASH = /^[0-9a-f]{64}$/
const TICKET = /^[0-9a-f]{32}$/

export function encodeRequest(request: ManageRequest): Uint8Array {
  const none = { n: undefined, follow: undefined, text: undefined, base: undefined, ticket: undefined }
  const follow = 'follow' in request && request.follow === true ? true : undefined
  return requests.write({ ...none, ...request, follow })
}

/** @throws NodeError 'bad-frame' for bytes that are no map with an op; ManageError bad-request, unknown-op */
export function decodeRequest(bytes: Uint8Array): ManageRequest {
  const map = readMap(bytes, MAX_REQUEST_BYTES)
  const op = map.get('op')
  if (typeof op !== 'string' || op.length === 0 || op.length > 32) throw badFrame('it has no op')
  switch (op) {
    case 'status':
    case 'doctor':
    case 'config':
    case 'restart':
      return { op }
    case 'logs':
      return logsOf(map)
    case 'check':
      return { op, text: textOf(map) }
    case 'put':
      return { op, text: textOf(map), base: optional(map, 'base', HASH) ?? bad('base') }
    case 'confirm':
      return { op, ticket: optional(map, 'ticket', TICKET) ?? bad('ticket') }
    default:
      throw new ManageError('unknown-op', `${JSON.stringify(op)} is not known here`)
  }
}

export function encodeAnswer(answer: ManageAnswer): Uint8Array {
  const none = { json: undefined, end: undefined, error: undefined }
  if (!('error' in answer)) return answers.write({ ...none, ...answer })
  const [code, text] = answer.error
  return answers.write({ ...none, error: [code, text.slice(0, MAX_ERROR_TEXT)] })
}

/** @throws NodeError 'bad-frame' */
export function decodeAnswer(bytes: Uint8Array): ManageAnswer {
  const map = readMap(bytes, MAX_ANSWER_BYTES)
  const error = map.get('error')
  if (error !== undefined) return { error: errorOf(error) }
  const json = map.get('json')
  const end = map.get('end')
  if (json !== undefined && !isPart(json)) throw badFrame('its json is not what it must be')
  if (end !== undefined && end !== true) throw badFrame('its end is not true')
  if (json === undefined && end === undefined) throw badFrame('it is neither an answer nor an error')
  return { json, end }
}

function isPart(value: CborValue): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= 1 && value.length <= MAX_PART_BYTES
}

/** A code of a later version is `internal` here. */
function errorOf(value: CborValue): readonly [ManageErrorCode, string] {
  const [code, text] = Array.isArray(value) ? value : []
  if (typeof code !== 'string' || typeof text !== 'string' || text.length > MAX_ERROR_TEXT)
    throw badFrame('its error is not what it must be')
  return [isManageErrorCode(code) ? code : 'internal', text]
}

function logsOf(map: CborMap): ManageRequest {
  const n = map.get('n')
  const follow = map.get('follow')
  if (n !== undefined && !(typeof n === 'number' && Number.isInteger(n) && n >= 0 && n <= MAX_LINES)) bad('n')
  if (follow !== undefined && follow !== true) bad('follow')
  return { op: 'logs', n: typeof n === 'number' ? n : undefined, follow: follow === true }
}

function textOf(map: CborMap): string {
  const text = map.get('text')
  if (typeof text !== 'string' || Buffer.byteLength(text) > MAX_TEXT_BYTES) return bad('text')
  return text
}

function optional(map: CborMap, key: string, form: RegExp): string | undefined {
  const value = map.get(key)
  if (value === undefined) return undefined
  return typeof value === 'string' && form.test(value) ? value : bad(key)
}

function bad(key: string): never {
  throw new ManageError('bad-request', `${key} is not what it must be`)
}

function readMap(bytes: Uint8Array, maxBytes: number): CborMap {
  let value: CborValue
  try {
    value = readCbor(bytes, { maxBytes, maxDepth: MAX_FRAME_DEPTH, maxItems: MAX_FRAME_ITEMS })
  } catch (error) {
    throw badFrame(error instanceof CborError ? error.message : String(error))
  }
  if (!isCborMap(value)) throw badFrame('it is not a map')
  return value
}
