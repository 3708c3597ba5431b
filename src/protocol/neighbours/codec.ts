import { CborError } from '../../cbor/error.ts'
import { readCbor } from '../../cbor/read.ts'
import { CborRecord } from '../../cbor/record.ts'
import { type CborMap, type CborValue, isCborMap } from '../../cbor/value.ts'
import { multihashOfPeer, peerOfMultihash } from '../../reading/series.ts'
import { badFrame } from '../frame-splitter.ts'
import { errorItems, errorOf } from '../query/codec/answer.ts'
import type { ErrorAnswer } from '../query/codec/frame.ts'
import { isText, isWhole } from '../query/codec/frame-fields.ts'
import { MAX_OP } from '../query/constants.ts'
import {
  MAX_AGE,
  MAX_ANSWER_BYTES,
  MAX_ASK_BYTES,
  MAX_FRAME_DEPTH,
  MAX_HOPS,
  MAX_LISTED,
  MAX_NOT,
  MAX_PATHS
} from './constants.ts'

/**
 * A frame of `/kith/neighbours/v1` (docs/protocols.md section 18): an unsigned varint length in its minimal form,
 * then one map in core deterministic CBOR (RFC 8949 section 4.2.1).
 *
 *     ask    = { id: uint, op: "list", ? after: mh, ? limit: 1..256 }
 *            / { id: uint, op: "find", who: mh, hops: 1..3, ? not: [*24 mh] }
 *     answer = { id: uint, peers: [*256 [mh, age: 0..4294967295]], ? more: true }
 *            / { id: uint, paths: [*3 [*2 mh]] }
 *            / { id: uint, error: [code, text, ? retry: uint] }
 *     mh     = bstr .size 38
 *
 * Peers are PeerIds here and multihashes on the wire; texts of Ed25519 PeerIds are in the order of their bytes.
 */
export type Question =
  | { readonly op: 'list'; readonly after?: string | undefined; readonly limit?: number | undefined }
  | { readonly op: 'find'; readonly who: string; readonly hops: number; readonly not?: readonly string[] }

export type Ask = Question & { readonly id: number }

/** A question that parses and cannot be answered: its error is the answer. */
export interface BadAsk {
  readonly id: number
  readonly error: ErrorAnswer
}

/** A peer, and the whole seconds for which its connection with the answerer has been open. */
export type Listed = readonly [peer: string, age: number]

export type AnswerBody =
  | { readonly peers: readonly Listed[]; readonly more?: true | undefined }
  | { readonly paths: readonly (readonly string[])[] }
  | { readonly error: ErrorAnswer }

export type Answer = AnswerBody & { readonly id: number }

const asks = new CborRecord(['id', 'op', 'after', 'limit', 'who', 'hops', 'not'])
const answers = new CborRecord(['id', 'peers', 'more', 'paths', 'error'])

export function encodeAsk(ask: Ask): Uint8Array {
  const none = { after: undefined, limit: undefined, who: undefined, hops: undefined, not: undefined }
  const { id, op } = ask
  if (ask.op === 'list') return asks.write({ ...none, id, op, after: optional(ask.after), limit: ask.limit })
  const not = ask.not === undefined || ask.not.length === 0 ? undefined : ask.not.map(multihash)
  return asks.write({ ...none, id, op, who: multihash(ask.who), hops: ask.hops, not })
}

/** @throws NodeError 'bad-frame' for bytes that reset the stream: no map, or one without id and op */
export function decodeAsk(bytes: Uint8Array): Ask | BadAsk {
  const map = readMap(bytes, MAX_ASK_BYTES)
  const op = map.get('op')
  if (!isText(op, 1, MAX_OP)) throw badFrame('it has no op')
  const id = idOf(map)
  if (op === 'list') return listOf(id, map) ?? bad(id, 'after, limit')
  if (op === 'find') return findOf(id, map) ?? bad(id, 'who, hops, not')
  return { id, error: { code: 'unknown-op', text: `${JSON.stringify(op)} is not known here` } }
}

export function encodeAnswer(answer: Answer): Uint8Array {
  const none = { peers: undefined, more: undefined, paths: undefined, error: undefined }
  const { id } = answer
  if ('error' in answer) return answers.write({ ...none, id, error: errorItems(answer.error) })
  if ('paths' in answer)
    return answers.write({ ...none, id, paths: answer.paths.map((path) => path.map(multihash)) })
  const peers = answer.peers.map(([peer, age]) => [multihash(peer), age])
  return answers.write({ ...none, id, peers, more: answer.more })
}

/** @throws NodeError 'bad-frame' for bytes that are no answer */
export function decodeAnswer(bytes: Uint8Array): Answer {
  const map = readMap(bytes, MAX_ANSWER_BYTES)
  const id = idOf(map)
  const error = map.get('error')
  const paths = map.get('paths')
  const peers = map.get('peers')
  if ([error, paths, peers].filter((one) => one !== undefined).length !== 1)
    throw badFrame('it is not one answer')
  if (error !== undefined) return { id, error: required('error', errorOf(error)) }
  if (paths !== undefined) return { id, paths: required('paths', pathsOf(paths)) }
  const more = map.get('more')
  if (more !== undefined && more !== true) throw badFrame('more is not what it must be')
  return { id, peers: required('peers', listedOf(peers)), more }
}

function readMap(bytes: Uint8Array, maxBytes: number): CborMap {
  let value: CborValue
  try {
    value = readCbor(bytes, { maxBytes, maxDepth: MAX_FRAME_DEPTH, maxItems: 0 }, 'views')
  } catch (error) {
    throw badFrame(error instanceof CborError ? error.message : String(error))
  }
  if (!isCborMap(value)) throw badFrame('it is not a map')
  return value
}

function idOf(map: CborMap): number {
  const id = map.get('id')
  if (!isWhole(id)) throw badFrame('it has no id')
  return id
}

function bad(id: number, fields: string): BadAsk {
  return { id, error: { code: 'bad-request', text: `not as they must be: ${fields}` } }
}

function required<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw badFrame(`${name} is not what it must be`)
  return value
}

function listOf(id: number, map: CborMap): Ask | undefined {
  const limit = map.get('limit')
  const after = map.get('after')
  if (limit !== undefined && !isWhole(limit, 1, MAX_LISTED)) return undefined
  if (after === undefined) return { id, op: 'list', limit }
  const peer = peerOf(after)
  return peer === undefined ? undefined : { id, op: 'list', after: peer, limit }
}

function findOf(id: number, map: CborMap): Ask | undefined {
  const who = peerOf(map.get('who'))
  const hops = map.get('hops')
  if (who === undefined || !isWhole(hops, 1, MAX_HOPS)) return undefined
  if (!map.has('not')) return { id, op: 'find', who, hops }
  const not = peersOf(map.get('not'), MAX_NOT)
  return not === undefined ? undefined : { id, op: 'find', who, hops, not }
}

/** Pairs in ascending order of their peers, without a repetition. */
function listedOf(value: CborValue | undefined): readonly Listed[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_LISTED) return undefined
  const listed: Listed[] = []
  let before = ''
  for (const pair of value) {
    if (!Array.isArray(pair) || pair.length !== 2) return undefined
    const [first, age] = pair
    const peer = peerOf(first)
    if (peer === undefined || peer <= before || !isWhole(age, 0, MAX_AGE)) return undefined
    listed.push([peer, age])
    before = peer
  }
  return listed
}

function pathsOf(value: CborValue): string[][] | undefined {
  if (!Array.isArray(value) || value.length > MAX_PATHS) return undefined
  const paths = value.map((path) => peersOf(path, MAX_HOPS - 1))
  return paths.every((path) => path !== undefined) ? paths : undefined
}

function peersOf(value: CborValue | undefined, max: number): string[] | undefined {
  if (!Array.isArray(value) || value.length > max) return undefined
  const peers = value.map(peerOf)
  return peers.every((peer) => peer !== undefined) ? peers : undefined
}

function peerOf(value: CborValue | undefined): string | undefined {
  return value instanceof Uint8Array ? peerOfMultihash(value) : undefined
}

function optional(peer: string | undefined): Uint8Array | undefined {
  return peer === undefined ? undefined : multihash(peer)
}

function multihash(peer: string): Uint8Array {
  const bytes = multihashOfPeer(peer)
  if (bytes === undefined) throw new TypeError(`${peer} is no Ed25519 PeerId`)
  return bytes
}
