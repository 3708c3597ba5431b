import type { ByteStrings } from '../../../cbor/cursor.ts'
import { CborRecord } from '../../../cbor/record.ts'
import type { CborMap, CborValue } from '../../../cbor/value.ts'
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
  // One by one: fields that are set by name would give each answer a shape of its own.
  const answer: Writable<QueryAnswer> = { id }
  const pack = read(map, 'pack', packOf)
  if (pack !== undefined) answer.pack = pack
  const block = read(map, 'block', bytesOf)
  if (block !== undefined) answer.block = block
  const meta = read(map, 'meta', bytesOf)
  if (meta !== undefined) answer.meta = meta
  const old = read(map, 'old', flagOf)
  if (old !== undefined) answer.old = old
  const skip = read(map, 'skip', countOf)
  if (skip !== undefined) answer.skip = skip
  const alive = read(map, 'alive', flagOf)
  if (alive !== undefined) answer.alive = alive
  const pos = read(map, 'pos', positionOf)
  if (pos !== undefined) answer.pos = pos
  const lost = read(map, 'lost', rangeOf)
  if (lost !== undefined) answer.lost = lost
  const time = read(map, 'time', timeOf)
  if (time !== undefined) answer.time = time
  const end = read(map, 'end', flagOf)
  if (end !== undefined) answer.end = end
  const error = read(map, 'error', errorOf)
  if (error !== undefined) answer.error = error
  return answer
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** @throws NodeError 'bad-frame' for a field that is not what it must be */
function read<T>(map: CborMap, name: string, reader: (value: CborValue) => T | undefined): T | undefined {
  const value = map.get(name)
  if (value === undefined) return undefined
  const is = reader(value)
  if (is === undefined) throw badFrame(`${name} is not what it must be`)
  return is
}

function packOf(value: CborValue): Uint8Array | readonly Uint8Array[] | undefined {
  return bytesOf(value) ?? packsOf(value)
}

function countOf(value: CborValue): number | undefined {
  return isWhole(value) ? value : undefined
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
