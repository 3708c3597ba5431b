import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { DatagramFlow } from './flow.ts'

/** wire.md, Asking: retry after max(100 ms, 3 SRTT), doubled, four times, with the same id. */
const LEAST_WAIT = 100
const ROUND_TRIPS = 3
const RETRIES = 4
/** From this retry on UDP is doubted: one datagram is lost easily, two mean something. */
const DOUBT_FROM = 2

/** What comes back bears the id of what it answers. */
export interface Identified {
  readonly id: number
}

export interface ExchangeOptions<Answer extends Identified> {
  readonly clock: Clock
  /** Reads an answer; undefined for bytes that are none. */
  readonly read: (bytes: Uint8Array) => Answer | undefined
  /** Requests that may wait for their answers at one time. */
  readonly pending: number
}

interface Pending<Answer> {
  readonly flow: DatagramFlow
  readonly request: Uint8Array
  readonly began: number
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
  wait: number
  retries: number
  cancel: Cancel
}

/**
 * One message each way over a datagram flow: asks again while no answer comes. What the bytes mean is
 * the caller's matter; a request must be such that answering it twice does no harm.
 */
export class DatagramExchange<Answer extends Identified> {
  readonly #options: ExchangeOptions<Answer>
  readonly #pending = new Map<number, Pending<Answer>>()

  constructor(options: ExchangeOptions<Answer>) {
    this.#options = options
  }

  /** Requests under way. */
  get size(): number {
    return this.#pending.size
  }

  /** The flow's receiver: what answers no request is ignored. */
  receive(bytes: Uint8Array): void {
    const answer = this.#options.read(bytes)
    const pending = answer === undefined ? undefined : this.#pending.get(answer.id)
    if (answer === undefined || pending === undefined) return
    this.#forget(answer.id, pending)
    if (pending.retries === 0) pending.flow.roundTrip.sample(this.#options.clock.monotonic() - pending.began)
    pending.resolve(answer)
  }

  /**
   * @param id as the answer will bear it; not one under way
   * @throws NodeError 'no-answer' after the last retry, 'datagram-lost' when the flow ends, 'busy' when
   *   too many requests wait; the signal's reason
   */
  async ask(flow: DatagramFlow, id: number, request: Uint8Array, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted()
    if (flow.ended !== undefined) throw lost(flow)
    if (this.#pending.size >= this.#options.pending || this.#pending.has(id)) {
      throw new NodeError('busy', `too many questions to ${flow.peer} at once`, { remedy: 'retry' })
    }
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const began = this.#options.clock.monotonic()
    const wait = Math.max(LEAST_WAIT, ROUND_TRIPS * (flow.roundTrip.smoothed ?? 0))
    const pending: Pending<Answer> = {
      flow,
      request,
      began,
      resolve,
      reject,
      wait,
      retries: 0,
      cancel: () => {}
    }
    const abort = (): void => this.#fail(id, pending, signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    this.#pending.set(id, pending)
    this.#send(id, pending)
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Fails what is under way on a flow that ended. */
  flowEnded(flow: DatagramFlow): void {
    for (const [id, pending] of this.#pending) {
      if (pending.flow === flow) this.#fail(id, pending, lost(flow))
    }
  }

  #send(id: number, pending: Pending<Answer>): void {
    pending.cancel = this.#options.clock.after(pending.wait, () => this.#late(id, pending))
    try {
      pending.flow.send(pending.request)
    } catch (error) {
      this.#fail(id, pending, error)
    }
  }

  #late(id: number, pending: Pending<Answer>): void {
    if (pending.retries === RETRIES) {
      this.#fail(id, pending, silent(pending.flow))
      return
    }
    pending.retries++
    pending.wait *= 2
    if (pending.retries >= DOUBT_FROM) pending.flow.doubt()
    this.#send(id, pending)
  }

  #fail(id: number, pending: Pending<Answer>, error: unknown): void {
    if (this.#pending.get(id) !== pending) return
    this.#forget(id, pending)
    pending.reject(error)
  }

  #forget(id: number, pending: Pending<Answer>): void {
    pending.cancel()
    this.#pending.delete(id)
  }
}

function lost(flow: DatagramFlow): NodeError {
  return new NodeError('datagram-lost', `the way to ${flow.peer} was ${flow.ended} before it answered`, {
    remedy: 'retry'
  })
}

function silent(flow: DatagramFlow): NodeError {
  return new NodeError('no-answer', `${flow.peer} does not answer ${flow.protocol}`, {
    remedy: 'retry',
    hint: 'ask over a stream, or see with kith ping whether it is reachable'
  })
}
