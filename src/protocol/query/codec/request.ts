import { CborRecord } from '../../../cbor/record.ts'
import type { CborValue } from '../../../cbor/value.ts'
import { isPeerId } from '../../../reading/series.ts'
import { badFrame } from '../../frame-splitter.ts'
import { MAX_CREDIT, MAX_EVERY, MAX_LIMIT, MAX_OP, MAX_SELECTOR, MAX_SELECTORS } from '../constants.ts'
import type { QueryRequest } from './frame.ts'
import { bootBytes, isText, isWhole, readFrame, runOf } from './frame-fields.ts'

/** A frame that parses, with a field of a wrong kind or range: answered with `bad-request`. */
export interface BadRequest {
  readonly id: number
  readonly bad: string
}

type Writable<T> = { -readonly [name in keyof T]: T[name] }

/** A field may also be there and undefined, so that requests of one kind have one shape. */
type Unset<T, Kept extends keyof T> = Pick<T, Kept> & { readonly [name in keyof T]: T[name] | undefined }

const record = new CborRecord([
  'id',
  'op',
  'n',
  'who',
  'credit',
  'every',
  'ep',
  'boot',
  'from',
  'to',
  'limit'
])

export function encodeRequest(request: Unset<QueryRequest, 'id' | 'op'>): Uint8Array {
  const { id, op, n, who, credit, every, run, from, to, limit } = request
  const [ep, boot] = run === undefined ? [] : [run.epoch, bootBytes(run)]
  return record.write({ id, op, n, who, credit, every, ep, boot, from, to, limit })
}

/** @throws NodeError 'bad-frame' for bytes that reset the stream: no map, or one without id and op */
export function decodeRequest(bytes: Uint8Array, maxBytes: number): QueryRequest | BadRequest {
  const map = readFrame(bytes, maxBytes)
  const id = map.get('id')
  const op = map.get('op')
  if (!isWhole(id)) throw badFrame('it has no id')
  if (!isText(op, 1, MAX_OP)) throw badFrame('it has no op')
  const request: Writable<QueryRequest> = { id, op }
  const n = map.get('n')
  if (n !== undefined) {
    if (!isSelector(n) && !isSelectorList(n)) return { id, bad: 'n' }
    request.n = n
  }
  const who = map.get('who')
  if (who !== undefined) {
    if (typeof who !== 'string' || !isPeerId(who)) return { id, bad: 'who' }
    request.who = who
  }
  for (const [name, min, max] of NUMBERS) {
    const value = map.get(name)
    if (value === undefined) continue
    if (!isWhole(value, min, max)) return { id, bad: name }
    request[name] = value
  }
  if (map.has('ep') || map.has('boot')) {
    const run = runOf(map.get('ep'), map.get('boot'))
    if (run === undefined) return { id, bad: 'ep, boot' }
    request.run = run
  }
  return request
}

export function isBadRequest(request: QueryRequest | BadRequest): request is BadRequest {
  return 'bad' in request
}

const NUMBERS = [
  ['credit', 1, MAX_CREDIT],
  ['every', 1, MAX_EVERY],
  ['from', 0, Number.MAX_SAFE_INTEGER],
  ['to', 0, Number.MAX_SAFE_INTEGER],
  ['limit', 1, MAX_LIMIT]
] as const

function isSelector(value: CborValue): value is string {
  return isText(value, 1, MAX_SELECTOR)
}

function isSelectorList(value: CborValue): value is readonly string[] {
  return Array.isArray(value) && isWhole(value.length, 2, MAX_SELECTORS) && value.every(isSelector)
}
