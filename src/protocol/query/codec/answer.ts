import type { ByteStrings } from '../../../cbor/read.ts'
import { CborRecord } from '../../../cbor/record.ts'
import type { CborValue } from '../../../cbor/value.ts'
import { badFrame } from '../../frame-splitter.ts'
import { MAX_ERROR_TEXT, MAX_SELECTORS } from '../constants.ts'
import {
  type AnsweredTime,
  type ErrorAnswer,
  type QueryAnswer,
  type QueryErrorCode,
  queryErrorCodes
} from './frame.ts'
import { bootBytes, isText, isWhole, positionOf, readFrame } from './frame-fields.ts'

const CONTROL = /[\p{Cc}\p{Cf}]/gu

const record = new CborRecord([
  'id',
  'pack',
  'block',
  'meta',
  'old',
  'skip',
  'alive',
  'pos',
  'lost',
  'time',
  'end',
  'error'
])

export function encodeAnswer(answer: QueryAnswer): Uint8Array {
  const { id, pack, block, meta, old, skip, alive, end, pos, lost, time, error } = answer
  return record.write({
    id,
    pack,
    block,
    meta,
    old,
    skip,
    alive,
    end,
    pos: pos && [pos.epoch, bootBytes(pos), pos.seq],
    lost: lost && [lost.from, lost.to],
    time: time && timeItems(time),
    error: error && errorItems(error)
  })
}

/**
 * @param as what packs, blocks and catalogues come out as
 * @throws NodeError 'bad-frame' for bytes that are no answer: no map, no id, a known field of a wrong kind
 */
export function decodeAnswer(bytes: Uint8Array, maxBytes: number, as?: ByteStrings): QueryAnswer {
  const map = readFrame(bytes, maxBytes, as)
  const id = map.get('id')
  if (!isWhole(id)) throw badFrame('it has no id')
  const answer: Record<string, unknown> & { id: number } = { id }
  for (const [name, value] of map) {
    const read = readers.get(name)
    if (read !== undefined) answer[name] = required(name, read(value))
  }
  return answer
}

const readers = new Map<number | string, (value: CborValue) => unknown>([
  ['pack', (value) => bytesOf(value) ?? packsOf(value)],
  ['block', bytesOf],
  ['meta', bytesOf],
  ['old', flagOf],
  ['skip', (value) => (isWhole(value) ? value : undefined)],
  ['alive', flagOf],
  ['pos', positionOf],
  ['lost', rangeOf],
  ['time', timeOf],
  ['end', flagOf],
  ['error', errorOf]
])

function required(name: number | string, value: unknown): unknown {
  if (value === undefined) throw badFrame(`${name} is not what it must be`)
  return value
}

function bytesOf(value: CborValue): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined
}

function packsOf(value: CborValue): readonly Uint8Array[] | undefined {
  if (!Array.isArray(value) || !isWhole(value.length, 2, MAX_SELECTORS)) return undefined
  return value.every((item) => item instanceof Uint8Array) ? value : undefined
}

function flagOf(value: CborValue): true | undefined {
  return value === true ? true : undefined
}

function rangeOf(value: CborValue): QueryAnswer['lost'] {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [from, to] = value
  return isWhole(from) && isWhole(to, from) ? { from, to } : undefined
}

function timeItems({ received, sent, quality, bound }: AnsweredTime): CborValue {
  return bound === undefined ? [received, sent, quality] : [received, sent, quality, bound]
}

function timeOf(value: CborValue): AnsweredTime | undefined {
  if (!Array.isArray(value) || !isWhole(value.length, 3, 4)) return undefined
  const [received, sent, quality, bound] = value
  if (!isWhole(received) || !isWhole(sent, received) || (quality !== 0 && quality !== 1)) return undefined
  if (bound === undefined) return { received, sent, quality }
  return isWhole(bound) ? { received, sent, quality, bound } : undefined
}

export function errorItems({ code, text, retry }: ErrorAnswer): CborValue {
  const short = text.slice(0, MAX_ERROR_TEXT).toWellFormed()
  return retry === undefined ? [code, short] : [code, short, retry]
}

export function errorOf(value: CborValue): ErrorAnswer | undefined {
  if (!Array.isArray(value) || !isWhole(value.length, 2, 3)) return undefined
  const [code, text, retry] = value
  if (!isQueryErrorCode(code) || !isText(text, 0, MAX_ERROR_TEXT)) return undefined
  // The text of another node is shown in a terminal: control characters are replaced.
  const plain = text.replace(CONTROL, ' ')
  if (retry === undefined) return { code, text: plain }
  return isWhole(retry) ? { code, text: plain, retry } : undefined
}

export function isQueryErrorCode(code: unknown): code is QueryErrorCode {
  return queryErrorCodes.some((known) => known === code)
}
