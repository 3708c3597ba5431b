import type { Stream } from '@libp2p/interface'
import { isNodeError, NodeError } from '../../../error.ts'
import { partsOfSeries } from '../../../reading/series.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import { FrameStream } from '../../frame-stream.ts'
import { SilenceTimer } from '../../silence-timer.ts'
import type { TokenBuckets } from '../../token-bucket.ts'
import { encodeAnswer } from '../codec/answer.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import { errorAnswerOf, QueryError } from '../codec/query-error.ts'
import { decodeRequest, isBadRequest } from '../codec/request.ts'
import { type InTurn, serveHistory } from './history-server.ts'
import type { ObservationSlots } from './observation-slots.ts'
import { Observation } from './observe-server.ts'
import type { Requester, Responder, ResponderInit } from './responder.ts'
import { ResponseStream } from './response-stream.ts'

/** More ops of one protocol, whose frames are its own (docs/protocols.md section 23). */
export interface ProtocolOps {
  readonly ops: ReadonlySet<string>
  /**
   * The one frame that answers a request, and the code of its error. Who may ask is decided there.
   * @throws NodeError where the requester breaks the protocol, which resets the stream
   */
  answer(
    frame: Uint8Array,
    caller: Requester['caller'],
    maxBytes: number
  ): Promise<{ readonly bytes: Uint8Array; readonly error?: string }>
}

export interface QuerySessionInit {
  readonly stream: Stream
  readonly requester: Requester
  readonly responder: Responder
  readonly services: ResponderInit
  /** Of its protocol; undefined for most. */
  readonly more: ProtocolOps | undefined
  /** Requests of a peer, over all its streams. */
  readonly requests: TokenBuckets
  /** Error answers to a peer: beyond them its stream is closed. */
  readonly errors: TokenBuckets
  readonly observations: ObservationSlots
  /** Counts each request by its op, each error by its code, and each stream closed for a fault. */
  readonly count: (what: string) => void
  readonly onClose: () => void
}

interface OpenRequest {
  grant(credit: number): void
  /** The requester wants no more: sends the end. The request stays open until the stream took it. */
  cancel(): void
  /** Nothing more is to be sent. */
  drop(): void
  /** Whether everything that is still to be sent may still be read. */
  mayGoOn(): boolean
}

/** One of ProtocolOps, which decide themselves who may ask: its one answer comes whatever becomes of the interest in it. */
const answeredElsewhere: OpenRequest = { grant() {}, cancel() {}, drop() {}, mayGoOn: () => true }

/** One stream of requests: at most 32 open at once, each with an id. */
export class QuerySession {
  readonly #init: QuerySessionInit
  readonly #frames: FrameStream
  readonly #idle: SilenceTimer
  readonly #open = new Map<number, OpenRequest>()
  #remoteEnded = false
  #turn: Promise<void> = Promise.resolve()

  constructor(init: QuerySessionInit) {
    const { clock, limits } = init.services
    this.#init = init
    this.#idle = new SilenceTimer(clock, limits.idle, () => {
      if (this.isIdle)
        this.close(new NodeError('idle', 'no request came on this stream', { remedy: 'retry' }))
    })
    this.#frames = new FrameStream({
      stream: init.stream,
      clock,
      maxBytes: limits.requestBytes,
      writeDeadline: limits.write,
      onFrame: (frame) => this.#onFrame(frame),
      onRemoteEnd: () => this.#onRemoteEnd(),
      onClose: (error) => this.#onClose(error)
    })
  }

  /** Whether no request is open. */
  get isIdle(): boolean {
    return this.#open.size === 0
  }

  close(error: Error): void {
    this.#frames.abort(error)
  }

  /** Rights may have changed: ends what the peer may not have any more. */
  recheck(): void {
    const { requester, responder } = this.#init
    try {
      responder.admit(requester, false)
      for (const [id, open] of [...this.#open]) if (!open.mayGoOn()) this.#fail(id, takenAway())
    } catch (error) {
      for (const [id, open] of [...this.#open]) if (open !== answeredElsewhere) this.#fail(id, error)
    }
  }

  #onFrame(frame: Uint8Array): void {
    const received = decodeRequest(frame, this.#init.services.limits.requestBytes)
    this.#idle.touch()
    // A bad credit or cancel ends its request: an error is the last answer of an id.
    if (isBadRequest(received)) this.#fail(received.id, badField(received.bad))
    else this.#take(received, this.#open.get(received.id), frame)
  }

  /** @throws NodeError where the requester breaks the protocol, which resets the stream */
  #take(request: QueryRequest, open: OpenRequest | undefined, frame: Uint8Array): void {
    const refersToOpen = request.op === 'credit' || request.op === 'cancel'
    if (!refersToOpen && open === undefined) this.#begin(request, frame)
    else if (open === undefined) this.#chargeError()
    else if (request.op === 'credit') open.grant(request.credit ?? 1)
    else if (request.op === 'cancel') open.cancel()
    else throw new NodeError('bad-frame', `request ${request.id} is open already`)
  }

  #begin(request: QueryRequest, frame: Uint8Array): void {
    const { more, responder, requester, count } = this.#init
    try {
      this.#makeWay()
      if (more?.ops.has(request.op) === true) this.#answerMore(more, request.id, frame)
      else {
        responder.admit(requester)
        this.#answer(request)
      }
      count(request.op)
    } catch (error) {
      this.#fail(request.id, error)
    }
  }

  /** @throws QueryError 'busy' */
  #makeWay(): void {
    const { requester, requests, services } = this.#init
    if (this.#open.size >= services.limits.requestsPerStream) {
      throw new QueryError('busy', `${this.#open.size} requests are open on this stream`)
    }
    if (!requests.take(requester.caller.peer)) {
      throw new QueryError('busy', 'too many requests', Math.ceil(1000 / services.limits.rate))
    }
  }

  #answerMore(more: ProtocolOps, id: number, frame: Uint8Array): void {
    const { requester, services, count } = this.#init
    this.#open.set(id, answeredElsewhere)
    more
      .answer(frame, requester.caller, services.limits.requestBytes)
      .then(async ({ bytes, error }) => {
        if (this.#frames.closed) return
        if (error !== undefined) {
          count(`error-${error}`)
          this.#chargeError()
        }
        await this.#frames.write(bytes)
        this.#done(id, answeredElsewhere)
      })
      .catch((error: Error) => this.close(error))
  }

  #answer(request: QueryRequest): void {
    const { requester, responder } = this.#init
    const { id, op } = request
    if (op === 'describe') this.#reply(id, { meta: responder.describe(request, requester) })
    else if (op === 'time') this.#reply(id, { time: responder.time() })
    else if (op === 'read') this.#run(id, (responses) => this.#sendPacks(request, responses))
    else if (op === 'observe') this.#observe(request)
    else if (op === 'history') this.#serveHistory(request, responder.historySeries(request, requester))
    else throw new QueryError('unknown-op', `${JSON.stringify(op)} is not known here`)
  }

  #reply(id: number, answer: Omit<QueryAnswer, 'id'>): void {
    this.#run(id, (responses) => responses.write({ ...answer, end: true }))
  }

  #sendPacks(request: QueryRequest, responses: ResponseStream): Promise<void> | undefined {
    const packs = this.#init.responder.read(request, this.#init.requester)
    const [only] = packs
    if (packs.length === 1 && only !== undefined) return responses.write(answerWith(only, true))
    return this.#sendEach(packs, responses)
  }

  async #sendEach(packs: readonly SealedReadings[], responses: ResponseStream): Promise<void> {
    const { requester, responder } = this.#init
    for (const [i, pack] of packs.entries()) {
      // The stream may have been full for long.
      if (!responder.isFor(pack, requester)) throw takenAway()
      const blocked = responses.write(answerWith(pack, i === packs.length - 1))
      if (blocked !== undefined) await blocked
      if (responses.cancelled) return
    }
  }

  /** @throws QueryError 'busy' */
  #observe(request: QueryRequest): void {
    const { requester, responder, services, observations } = this.#init
    const release = observations.take(requester.caller.peer)
    if (release === undefined) throw new QueryError('busy', 'too many observe requests are open')
    const observation = new Observation({
      request,
      requester,
      responder,
      services,
      release,
      write: (answer) => this.#write(answer),
      onDone: () => this.#done(request.id, observation),
      onError: (error) => this.#fail(request.id, error)
    })
    this.#open.set(request.id, observation)
    observation.start()
  }

  #serveHistory(request: QueryRequest, series: string): void {
    const { history, limits } = this.#init.services
    const inTurn: InTurn = (work) => this.#inTurn(work)
    const { requester, responder } = this.#init
    const isReadable = responder.matching(request, requester)
    this.#run(
      request.id,
      (responses) => serveHistory({ request, series, history, limits, responses, inTurn }),
      () => isReadable(partsOfSeries(series))
    )
  }

  /** Histories take turns, so that for a slow reader only one of them has fetched items waiting. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.then(
      () => {},
      () => {}
    )
    return done
  }

  /** Keeps a request open until the stream took its last answer; a failure is answered with an error. */
  #run(
    id: number,
    work: (responses: ResponseStream) => Promise<void> | undefined,
    mayGoOn: () => boolean = () => true
  ): void {
    const responses = new ResponseStream(id, (answer) => this.#write(answer), mayGoOn)
    this.#open.set(id, responses)
    const fail = (error: unknown): void => {
      if (this.#open.get(id) === responses) this.#fail(id, error)
    }
    try {
      const blocked = work(responses)
      if (blocked === undefined) this.#done(id, responses)
      else blocked.then(() => this.#done(id, responses), fail)
    } catch (error) {
      fail(error)
    }
  }

  #fail(id: number, error: unknown): void {
    this.#open.get(id)?.drop()
    this.#open.delete(id)
    this.#answerError(id, error)
  }

  #done(id: number, open: OpenRequest): void {
    if (this.#open.get(id) === open) this.#open.delete(id)
    this.#endIfDone()
  }

  /** Answers with an error. Never throws. */
  #answerError(id: number, error: unknown): void {
    if (this.#frames.closed) return
    const answer = errorAnswerOf(error)
    const { requester, services, count } = this.#init
    const { peer } = requester.caller
    count(`error-${answer.code}`)
    if (answer.code === 'internal') services.log.debug('a request could not be answered', { peer, error })
    try {
      this.#chargeError()
      this.#write({ id, error: answer })
      this.#endIfDone()
    } catch (broken) {
      this.close(broken instanceof Error ? broken : new Error(String(broken)))
    }
  }

  /** @throws NodeError 'flood' */
  #chargeError(): void {
    if (!this.#init.errors.take(this.#init.requester.caller.peer)) {
      throw new NodeError('flood', 'too many requests that are answered with errors')
    }
  }

  #write(answer: QueryAnswer): Promise<void> | undefined {
    return this.#frames.write(encodeAnswer(answer))
  }

  #onRemoteEnd(): void {
    this.#remoteEnded = true
    this.#endIfDone()
  }

  #endIfDone(): void {
    if (this.#remoteEnded && this.isIdle) this.#frames.close()
  }

  #onClose(error: Error | undefined): void {
    if (isNodeError(error)) this.#init.count(`closed-${error.code}`)
    this.#idle.stop()
    for (const request of this.#open.values()) request.drop()
    this.#open.clear()
    this.#init.onClose()
  }
}

function answerWith({ kind, bytes }: SealedReadings, isLast: boolean): Omit<QueryAnswer, 'id'> {
  if (!isLast) return kind === 'pack' ? { pack: bytes } : { block: bytes }
  return kind === 'pack' ? { pack: bytes, end: true } : { block: bytes, end: true }
}

function takenAway(): QueryError {
  return new QueryError('denied', 'the right to read this was taken away')
}

function badField(name: string): QueryError {
  return new QueryError('bad-request', `${name} is not what it must be`)
}
