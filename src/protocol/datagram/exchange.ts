import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { Deadlines } from '../deadlines.ts'
import type { DatagramFlow } from './flow.ts'

/** docs/protocols.md section 13: retry after max(100 ms, 3 SRTT), doubled, four times, with the same id. */
const MIN_WAIT = 100
const ROUND_TRIPS = 3
const RETRIES = 4
/** Maximum growth of the first wait where answers come after it (RFC 6298 section 5.7). */
const MAX_WAIT_FACTOR = 4
/** Answers missed in a row after which UDP is suspected: one datagram is lost easily, two seldom. */
const SUSPECT_AFTER = 2

/** An answer has the id of its request. */
export interface Identified {
  readonly id: number
}

export interface ExchangeOptions<Answer extends Identified> {
  readonly clock: Clock
  /** Reads an answer; undefined for bytes that are none. */
  readonly read: (bytes: Uint8Array) => Answer | undefined
  /** Maximum of requests under way at one time. */
  readonly pending: number
  /** Milliseconds that a request may take with all its retries. */
  readonly deadline: number
}

interface Pending<Answer> {
  readonly id: number
  readonly flow: DatagramFlow
  readonly request: Uint8Array
  readonly began: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  readonly signal: AbortSignal | undefined
  /** Listens to the signal. */
  abort: (() => void) | undefined
  wait: number
  /** When it is late, on the monotonic clock. */
  due: number
  retries: number
}

/**
 * A request and its answer over a datagram flow, with retries. What the bytes mean is up to the caller; a
 * request must be idempotent, because the peer may receive it more than once.
 *
 * ask() sends first and does its bookkeeping while the request travels.
 */
export class DatagramExchange<Answer extends Identified> {
  readonly #options: ExchangeOptions<Answer>
  readonly #pending: Deadlines<Pending<Answer>>
  /** Requests in a row that needed a retry and were not answered by UDP. */
  #missed = 0
  #waitFactor = 1

  constructor(options: ExchangeOptions<Answer>) {
    this.#options = options
    this.#pending = new Deadlines(options.clock, (pending, now) => this.#late(pending, now))
  }

  /** Requests under way. */
  get size(): number {
    return this.#pending.size
  }

  /** The flow's receiver: what answers no request is ignored. */
  receive(bytes: Uint8Array): void {
    const answer = this.#options.read(bytes)
    const pending = answer && this.#pending.find(({ id }) => id === answer.id)
    if (answer === undefined || pending === undefined) return
    pending.resolve(answer)
    this.#forget(pending)
    this.#learn(pending)
  }

  /** The first wait grows for a slow peer, until an answer without a retry gives a sample (Karn's algorithm). */
  #learn({ flow, retries, began }: Pending<Answer>): void {
    if (retries === 0 || flow.heardBy === 'udp') this.#missed = 0
    this.#waitFactor = retries === 0 ? 1 : Math.min(2 * this.#waitFactor, MAX_WAIT_FACTOR)
    if (retries === 0) flow.roundTrip.sample(this.#options.clock.monotonic() - began)
  }

  /**
   * @param id as the answer will bear it; not one under way
   * @throws NodeError 'no-answer' after the last retry or the deadline, 'datagram-lost' when the flow ends, 'busy' when
   *   too many requests wait; the signal's reason
   */
  ask(flow: DatagramFlow, id: number, request: Uint8Array, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      if (flow.ended !== undefined) throw lost(flow)
      if (
        this.#pending.size >= this.#options.pending ||
        this.#pending.find((one) => one.id === id) !== undefined
      ) {
        throw new NodeError('busy', `too many requests to ${flow.peer} at once`, { remedy: 'retry' })
      }
      const began = this.#options.clock.monotonic()
      const wait = this.#waitFactor * Math.max(MIN_WAIT, ROUND_TRIPS * (flow.roundTrip.smoothed ?? 0))
      const pending: Pending<Answer> = {
        id,
        flow,
        request,
        began,
        resolve,
        reject,
        signal,
        abort: undefined,
        wait,
        due: began + Math.min(wait, this.#options.deadline),
        retries: 0
      }
      this.#pending.add(pending, began)
      this.#send(pending)
      if (signal !== undefined && this.#waits(pending)) this.#watchSignal(signal, pending)
    })
  }

  /** Fails what is under way on a flow that ended. */
  flowEnded(flow: DatagramFlow): void {
    for (const pending of [...this.#pending]) if (pending.flow === flow) this.#fail(pending, lost(flow))
    this.#pending.rest()
  }

  #watchSignal(signal: AbortSignal, pending: Pending<Answer>): void {
    pending.abort = () => this.#fail(pending, signal.reason)
    signal.addEventListener('abort', pending.abort, { once: true })
  }

  #send(pending: Pending<Answer>): void {
    try {
      pending.flow.send(pending.request, pending.retries === 0 ? 'fallback' : 'duplicate')
    } catch (error) {
      this.#fail(pending, error)
    }
  }

  /** Sending may end the flow, or bring the answer at once. */
  #waits(pending: Pending<Answer>): boolean {
    return this.#pending.has(pending)
  }

  #late(pending: Pending<Answer>, now: number): void {
    if (pending.retries === RETRIES || now - pending.began >= this.#options.deadline) {
      this.#fail(pending, noAnswer(pending.flow))
      return
    }
    pending.retries++
    pending.wait *= 2
    pending.due = Math.min(now + pending.wait, pending.began + this.#options.deadline)
    if (++this.#missed >= SUSPECT_AFTER) pending.flow.suspect()
    this.#send(pending)
  }

  #fail(pending: Pending<Answer>, error: unknown): void {
    if (!this.#waits(pending)) return
    this.#forget(pending)
    pending.reject(error)
  }

  #forget(pending: Pending<Answer>): void {
    this.#pending.remove(pending)
    if (pending.abort !== undefined) pending.signal?.removeEventListener('abort', pending.abort)
  }
}

function lost(flow: DatagramFlow): NodeError {
  return new NodeError('datagram-lost', `the way to ${flow.peer} was ${flow.ended} before it answered`, {
    remedy: 'retry'
  })
}

function noAnswer(flow: DatagramFlow): NodeError {
  return new NodeError('no-answer', `${flow.peer} does not answer ${flow.protocol}`, {
    remedy: 'retry',
    hint: {
      command: 'ask over a stream, or see with kith ping whether it is reachable',
      program: 'ask over a stream, or see with ping() whether it is reachable'
    }
  })
}
