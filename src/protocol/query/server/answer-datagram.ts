import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import type { TokenBuckets } from '../../token-bucket.ts'
import { encodeAnswer } from '../codec/answer.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import { errorAnswerOf, QueryError } from '../codec/query-error.ts'
import { type BadRequest, decodeRequest, isBadRequest } from '../codec/request.ts'
import { MAX_SELECTORS } from '../constants.ts'
import type { QueryLimits } from '../limits.ts'
import type { Requester, Responder } from './responder.ts'

export interface DatagramAnswerInit {
  readonly responder: Responder
  readonly limits: QueryLimits
  readonly requests: TokenBuckets
  readonly errors: TokenBuckets
}

/**
 * Answers a request of one packet with one packet: describe and read. A request may name up to
 * 16 series, tails or devices in `n`; the packs that fit come in one answer, those left out are counted
 * in `skip`. There is no `end`: the answer is whole.
 * @param maxSize bytes of the answer
 * @returns undefined where nothing is sent: the packet is no request, or the rate limit is reached
 */
export function answerDatagram(
  { responder, limits, requests, errors }: DatagramAnswerInit,
  bytes: Uint8Array,
  requester: Requester,
  maxSize: number
): Uint8Array | undefined {
  const request = requestOf(bytes, limits.requestBytes)
  if (request === undefined) return undefined
  try {
    if (isBadRequest(request)) throw new QueryError('bad-request', `${request.bad} is not what it must be`)
    if (!requests.take(requester.caller.peer)) {
      throw new QueryError('busy', 'too many requests', Math.ceil(1000 / limits.rate))
    }
    responder.admit(requester)
    return answerTo(request, responder, requester, maxSize)
  } catch (error) {
    if (!errors.take(requester.caller.peer)) return undefined
    const answer = encodeAnswer({ id: request.id, error: errorAnswerOf(error) })
    return answer.length > maxSize ? undefined : answer
  }
}

function requestOf(bytes: Uint8Array, maxBytes: number): QueryRequest | BadRequest | undefined {
  try {
    return decodeRequest(bytes, maxBytes)
  } catch {
    return undefined
  }
}

function answerTo(
  request: QueryRequest,
  responder: Responder,
  requester: Requester,
  maxSize: number
): Uint8Array {
  const { id, op } = request
  if (op === 'describe') return whole({ id, meta: responder.describe(request, requester) }, maxSize)
  if (op === 'read') return fitting(id, responder.read(request, requester), maxSize)
  throw new QueryError('unknown-op', 'datagrams carry describe and read')
}

function whole(answer: QueryAnswer, maxSize: number): Uint8Array {
  const bytes = encodeAnswer(answer)
  if (bytes.length > maxSize)
    throw new QueryError('too-big', `${bytes.length} bytes do not fit a datagram: ask a stream`)
  return bytes
}

/** As many of the packs as fit. */
function fitting(id: number, found: readonly SealedReadings[], maxSize: number): Uint8Array {
  const packs = found.filter(({ kind }) => kind === 'pack').map(({ bytes }) => bytes)
  const chosen: Uint8Array[] = []
  let bytes = 0
  let answer: Uint8Array | undefined
  for (const pack of packs) {
    if (chosen.length === MAX_SELECTORS) break
    // Cheap to see, however many there are.
    if (bytes + pack.length > maxSize) continue
    const attempt = encodeAnswer(packAnswer(id, [...chosen, pack], found.length))
    if (attempt.length > maxSize) continue
    chosen.push(pack)
    bytes += pack.length
    answer = attempt
  }
  if (answer === undefined) throw new QueryError('too-big', 'no pack fits a datagram: ask a stream')
  return answer
}

function packAnswer(id: number, packs: readonly Uint8Array[], found: number): QueryAnswer {
  const [first, another] = packs
  const pack = another === undefined && first !== undefined ? first : packs
  const skip = found - packs.length
  return skip === 0 ? { id, pack } : { id, pack, skip }
}
