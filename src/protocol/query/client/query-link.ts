import type { Connection, Stream } from '@libp2p/interface'
import type { Cancel, Clock } from '../../../clock.ts'
import { describeError, NodeError } from '../../../error.ts'
import { isNearlySpent } from '../../../limited.ts'
import { Deadlines, type Due } from '../../deadlines.ts'
import { FrameStream } from '../../frame-stream.ts'
import { decodeAnswer } from '../codec/answer.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import { remoteQueryError } from '../codec/query-error.ts'
import { encodeRequest } from '../codec/request.ts'
import type { QueryLimits } from '../limits.ts'

export interface QueryLinkInit {
  readonly stream: Stream
  readonly connection?: Pick<Connection, 'limits'>
  readonly peer: string
  readonly clock: Clock
  readonly limits: QueryLimits
  readonly onClose: () => void
}

/** Receives the answers to one request. */
export interface AnswerListener {
  /** An error that it throws is the other side's fault and closes the link. */
  onAnswer(answer: QueryAnswer): void
  /** The other side said that this was all, after the last answer. */
  onEnd(): void
  /** The request was answered with an error, or the link has ended; nothing follows. */
  onFail(error: Error): void
}

/** A request in progress. */
export interface OpenCall {
  grant(credit: number): void
  /** Ends it; its listener receives nothing more. Does nothing once it has ended. */
  cancel(): void
}

/** One warm stream to a peer that carries many requests, each with an id. */
export class QueryLink {
  readonly peer: string
  /** The ProtocolName that both sides speak. */
  readonly protocol: string
  /** Deadlines of what is asked on it. */
  readonly waits: Deadlines<Due & { readonly onLate: () => void }>
  readonly #init: QueryLinkInit
  readonly #frames: FrameStream
  readonly #calls = new Map<number, AnswerListener>()
  #nextId = 1
  #closed = false

  constructor(init: QueryLinkInit) {
    this.#init = init
    this.peer = init.peer
    this.waits = new Deadlines(init.clock, ({ onLate }) => onLate())
    this.protocol = init.stream.protocol
    this.#frames = new FrameStream({
      stream: init.stream,
      clock: init.clock,
      maxBytes: init.limits.answerBytes,
      writeDeadline: init.limits.write,
      onFrame: (frame) => this.#onFrame(frame),
      onRemoteEnd: () => this.close(broken(init.peer)),
      onClose: (error) => this.#onClose(error)
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /** What its connection may still carry. */
  get connection(): Pick<Connection, 'limits'> {
    return this.#init.connection ?? {}
  }

  /** Whether its connection is about to be cut: what is asked next is asked on another one. */
  get isSpent(): boolean {
    return isNearlySpent(this.connection)
  }

  get isIdle(): boolean {
    return this.#calls.size === 0
  }

  /** Whether a request was sent on it before. */
  get isWarm(): boolean {
    return this.#nextId > 1
  }

  /** Sends a request. @throws NodeError 'busy', 'link-broken' */
  ask(request: Omit<QueryRequest, 'id'>, listener: AnswerListener): OpenCall {
    const { requestsPerStream } = this.#init.limits
    if (this.#calls.size >= requestsPerStream) {
      const text = `${requestsPerStream} requests to ${this.peer} are open on ${this.protocol}`
      throw new NodeError('busy', text, { remedy: 'retry' })
    }
    const id = this.#nextId
    this.#frames.write(encodeRequest({ id, ...request }))
    this.#nextId += 1
    // Answers come in a later turn of the event loop.
    this.#calls.set(id, listener)
    return {
      grant: (credit) => this.#send({ id, op: 'credit', credit }),
      cancel: () => {
        if (this.#calls.get(id) === listener) this.#cancel(id)
      }
    }
  }

  /** Resets the stream; every open request fails with the error. */
  close(error: Error): void {
    this.#frames.abort(error)
  }

  #send(request: QueryRequest): void {
    if (this.#closed) return
    try {
      this.#frames.write(encodeRequest(request))
    } catch (error) {
      this.close(error instanceof Error ? error : broken(this.peer))
    }
  }

  /** The id stays in use until the other side has sent the end, for which it has a deadline. */
  #cancel(id: number): void {
    const { clock, limits } = this.#init
    const late = new NodeError('link-broken', `${this.peer} does not end a cancelled request`, {
      remedy: 'retry'
    })
    const stop: Cancel = clock.after(limits.deadline, () => this.close(late))
    this.#calls.set(id, { onAnswer() {}, onEnd: stop, onFail: stop })
    this.#send({ id, op: 'cancel' })
  }

  #onFrame(frame: Uint8Array): void {
    try {
      this.#deliver(decodeAnswer(frame, this.#init.limits.answerBytes))
    } catch (error) {
      throw misbehaving(this.peer, error)
    }
  }

  #deliver(answer: QueryAnswer): void {
    const listener = this.#calls.get(answer.id)
    if (listener === undefined) throw new Error(`it answers ${answer.id}, which is no open request`)
    const { end, error } = answer
    if (error === undefined) listener.onAnswer(answer)
    if (error !== undefined || end === true) this.#calls.delete(answer.id)
    if (error !== undefined) listener.onFail(remoteQueryError(this.peer, error))
    else if (end === true) listener.onEnd()
  }

  #onClose(error: Error | undefined): void {
    this.#closed = true
    this.#init.onClose()
    const ours = error instanceof NodeError
    const failure = ours ? error : broken(this.peer, error)
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    for (const call of calls) call.onFail(failure)
    this.waits.rest()
  }
}

/** The error for a peer that breaks the protocol. */
export function misbehaving(peer: string, cause: unknown): NodeError {
  return new NodeError('misbehaving', `${peer} was cut off: ${describeError(cause)}`, { cause })
}

function broken(peer: string, cause?: Error): NodeError {
  return new NodeError('link-broken', `the stream to ${peer} broke`, { remedy: 'retry', cause })
}
