import type { Stream } from '@libp2p/interface'
import { isNodeError, NodeError } from '../../../error.ts'
import { FrameStream } from '../../frame-stream.ts'
import type { TokenBuckets } from '../../token-bucket.ts'
import { encodeAnswer } from '../codec/answer.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import { QueryError, refusalOf } from '../codec/query-error.ts'
import { decodeRequest, isBadRequest } from '../codec/request.ts'
import { SilenceTimer } from '../silence-timer.ts'
import { type InTurn, serveHistory } from './history-server.ts'
import { Observation } from './observe-server.ts'
import type { Requester, Responder, ResponderInit } from './responder.ts'
import { ResponseStream } from './response-stream.ts'

export interface QuerySessionInit {
  readonly stream: Stream
  readonly requester: Requester
  readonly responder: Responder
  readonly services: ResponderInit
  /** Requests of a peer, over all its streams. */
  readonly requests: TokenBuckets
  /** Refusals of a peer: who goes on asking beyond them is cut off. */
  readonly refusals: TokenBuckets
  /** Told of each request by its op, of each refusal by its code, and of each stream that is cut off. */
  readonly count: (what: string) => void
  readonly onClose: () => void
}

interface OpenRequest {
  grant(credit: number): void
  /** The asker wants no more: says the end. The request stays open until the stream took it. */
  cancel(): void
  /** Nothing more is to be said. */
  drop(): void
}

/** One stream of questions: at most 32 open at once, told apart by their ids. */
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
        this.close(new NodeError('idle', 'nothing was asked on this stream', { remedy: 'retry' }))
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

  #onFrame(frame: Uint8Array): void {
    const received = decodeRequest(frame, this.#init.services.limits.requestBytes)
    this.#idle.touch()
    // Also what speaks of an open request ends it: an error is the last answer of its id.
    if (isBadRequest(received)) this.#fail(received.id, badField(received.bad))
    else this.#take(received, this.#open.get(received.id))
  }

  /** @throws NodeError where the asker breaks the rules, which resets the stream */
  #take(request: QueryRequest, open: OpenRequest | undefined): void {
    const speaksOfOpen = request.op === 'credit' || request.op === 'cancel'
    if (!speaksOfOpen && open === undefined) this.#begin(request)
    else if (open === undefined) this.#chargeRefusal()
    else if (request.op === 'credit') open.grant(request.credit ?? 1)
    else if (request.op === 'cancel') open.cancel()
    else throw new NodeError('bad-frame', `request ${request.id} is open already`)
  }

  #begin(request: QueryRequest): void {
    try {
      this.#admit()
      this.#answer(request)
      this.#init.count(request.op)
    } catch (error) {
      this.#fail(request.id, error)
    }
  }

  /** @throws Refused 'busy', 'denied' */
  #admit(): void {
    const { requester, responder, requests, services } = this.#init
    if (this.#open.size >= services.limits.requestsPerStream) {
      throw new QueryError('busy', `${this.#open.size} requests are open on this stream`)
    }
    if (!requests.take(requester.caller.peer)) {
      throw new QueryError('busy', 'too many requests', Math.ceil(1000 / services.limits.rate))
    }
    responder.admit(requester)
  }

  #answer(request: QueryRequest): void {
    const { requester, responder } = this.#init
    const { id, op } = request
    if (op === 'describe') this.#reply(id, { meta: responder.describe(request, requester) })
    else if (op === 'time') this.#reply(id, { time: responder.time() })
    else if (op === 'read') this.#run(id, (answering) => this.#sendPacks(request, answering))
    else if (op === 'observe') this.#observe(request)
    else if (op === 'history') this.#serveHistory(request, responder.historySeries(request, requester))
    else throw new QueryError('unknown-op', `${JSON.stringify(op)} is not known here`)
  }

  #reply(id: number, answer: Omit<QueryAnswer, 'id'>): void {
    this.#run(id, async (answering) => answering.write({ ...answer, end: true }))
  }

  async #sendPacks(request: QueryRequest, answering: ResponseStream): Promise<void> {
    const packs = this.#init.responder.read(request, this.#init.requester)
    for (const [i, { kind, bytes }] of packs.entries()) {
      const end = i === packs.length - 1 ? ({ end: true } as const) : {}
      const blocked = answering.write({ [kind]: bytes, ...end })
      if (blocked !== undefined) await blocked
      if (answering.cancelled) return
    }
  }

  #observe(request: QueryRequest): void {
    const { requester, responder, services } = this.#init
    const observation = new Observation({
      request,
      requester,
      responder,
      services,
      write: (answer) => this.#write(answer),
      done: () => this.#done(request.id, observation),
      failed: (error) => this.#fail(request.id, error)
    })
    this.#open.set(request.id, observation)
    observation.start()
  }

  #serveHistory(request: QueryRequest, series: string): void {
    const { history, limits } = this.#init.services
    const inTurn: InTurn = (work) => this.#inTurn(work)
    this.#run(request.id, (answering) =>
      serveHistory({ request, series, history, limits, answering, inTurn })
    )
  }

  /** Histories take turns: for a slow reader waits what was fetched for one of them, not for all. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.then(
      () => {},
      () => {}
    )
    return done
  }

  /** Keeps a request open until the stream took its last answer; failures are answered too. */
  #run(id: number, work: (answering: ResponseStream) => Promise<void>): void {
    const answering = new ResponseStream(id, (answer) => this.#write(answer))
    this.#open.set(id, answering)
    work(answering).then(
      () => this.#done(id, answering),
      (error) => {
        if (this.#open.get(id) === answering) this.#fail(id, error)
      }
    )
  }

  #fail(id: number, error: unknown): void {
    this.#open.get(id)?.drop()
    this.#open.delete(id)
    this.#refuse(id, error)
  }

  #done(id: number, open: OpenRequest): void {
    if (this.#open.get(id) === open) this.#open.delete(id)
    this.#endIfDone()
  }

  /** An error that nothing else can be done about: it is the answer. Never throws. */
  #refuse(id: number, error: unknown): void {
    if (this.#frames.closed) return
    const refusal = refusalOf(error)
    const { requester, services, count } = this.#init
    const { peer } = requester.caller
    count(`refused-${refusal.code}`)
    if (refusal.code === 'internal') services.log.debug('a question could not be answered', { peer, error })
    try {
      this.#chargeRefusal()
      this.#write({ id, error: refusal })
      this.#endIfDone()
    } catch (broken) {
      this.close(broken instanceof Error ? broken : new Error(String(broken)))
    }
  }

  /** @throws NodeError 'flood' */
  #chargeRefusal(): void {
    if (!this.#init.refusals.take(this.#init.requester.caller.peer)) {
      throw new NodeError('flood', 'too many requests that cannot be answered')
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

function badField(name: string): QueryError {
  return new QueryError('bad-request', `${name} is not what it must be`)
}
