import type { CborMap, CborValue } from '../../reading/cbor-read.ts'
import { writeCbor } from '../../reading/cbor-write.ts'
import { isPeerId } from '../../reading/series.ts'
import { MAX_CREDIT, MAX_SELECTORS, type QueryRequest } from './frame.ts'
import { badFrame, bootBytes, isText, isWhole, readFrame, runOf } from './frame-fields.ts'

/** The longest series: 52 + 1 + 32 + 1 + 32 + 1 + 8 characters (wire.md, Names), and no more than fits. */
const MAX_SELECTOR = 127
const MAX_EVERY = 86_400
const MAX_LIMIT = 1_000_000
const MAX_OP = 32

/** A frame that parses, whose request makes no sense: answered with `bad-request`. */
export interface BadRequest {
  readonly id: number
  readonly bad: string
}

export function encodeRequest(request: QueryRequest): Uint8Array {
  const { run, ...plain } = request
  const map = new Map(Object.entries<CborValue>(plain))
  if (run !== undefined) map.set('ep', run.epoch).set('boot', bootBytes(run))
  return writeCbor(map)
}

/** @throws NodeError 'bad-frame' for bytes that reset the stream: no map, or one without id and op */
export function decodeRequest(bytes: Uint8Array, maxBytes: number): QueryRequest | BadRequest {
  const map = readFrame(bytes, maxBytes)
  const id = map.get('id')
  const op = map.get('op')
  if (!isWhole(id)) throw badFrame('it has no id')
  if (!isText(op, 1, MAX_OP)) throw badFrame('it has no op')
  const bad = firstBadField(map)
  return bad === undefined ? { id, op, ...known(map) } : { id, bad }
}

export function isBadRequest(request: QueryRequest | BadRequest): request is BadRequest {
  return 'bad' in request
}

const fields: Record<string, (value: CborValue) => boolean> = {
  n: (value) => isSelector(value) || isSelectorList(value),
  who: (value) => typeof value === 'string' && isPeerId(value),
  credit: (value) => isWhole(value, 1, MAX_CREDIT),
  every: (value) => isWhole(value, 1, MAX_EVERY),
  from: (value) => isWhole(value),
  to: (value) => isWhole(value),
  limit: (value) => isWhole(value, 1, MAX_LIMIT)
}

function isSelector(value: CborValue): value is string {
  return isText(value, 1, MAX_SELECTOR)
}

function isSelectorList(value: CborValue): boolean {
  return Array.isArray(value) && isWhole(value.length, 2, MAX_SELECTORS) && value.every(isSelector)
}

function firstBadField(map: CborMap): string | undefined {
  for (const [name, fits] of Object.entries(fields)) {
    const value = map.get(name)
    if (value !== undefined && !fits(value)) return name
  }
  const hasRun = map.has('ep') || map.has('boot')
  return hasRun && runOf(map.get('ep'), map.get('boot')) === undefined ? 'ep, boot' : undefined
}

/** The fields of the map that a request has, each already checked. */
function known(map: CborMap): Omit<QueryRequest, 'id' | 'op'> {
  const found = Object.keys(fields).flatMap((name) => {
    const value = map.get(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const run = runOf(map.get('ep'), map.get('boot'))
  return { ...Object.fromEntries(found), ...(run === undefined ? {} : { run }) }
}
