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

export function encodeRequest(request: QueryRequest): Uint8Array {
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
  const request: Writable<QueryRequest> & Record<string, unknown> = { id, op }
  for (const [name, value] of map) {
    const fits = rules.get(name)
    if (fits === undefined) continue
    if (!fits(value)) return { id, bad: `${name}` }
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

const rules = new Map<number | string, (value: CborValue) => boolean>([
  ['n', (value) => isSelector(value) || isSelectorList(value)],
  ['who', (value) => typeof value === 'string' && isPeerId(value)],
  ['credit', (value) => isWhole(value, 1, MAX_CREDIT)],
  ['every', (value) => isWhole(value, 1, MAX_EVERY)],
  ['from', (value) => isWhole(value)],
  ['to', (value) => isWhole(value)],
  ['limit', (value) => isWhole(value, 1, MAX_LIMIT)]
])

function isSelector(value: CborValue): value is string {
  return isText(value, 1, MAX_SELECTOR)
}

function isSelectorList(value: CborValue): boolean {
  return Array.isArray(value) && isWhole(value.length, 2, MAX_SELECTORS) && value.every(isSelector)
}
