import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { DatagramFlow } from './flow.ts'

/** wire.md, Asking: retry after max(100 ms, 3 SRTT), doubled, four times, with the same id. */
const MIN_WAIT = 100
const ROUND_TRIPS = 3
const RETRIES = 4
/** By how much the first wait grows where answers come after it (RFC 6298 section 5.7). */
const MAX_WAIT_FACTOR = 4
/** So many answers missed in a row put UDP in doubt: one datagram is lost easily, two mean something. */
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
  wait: number
  retries: number
  cancel: Cancel
  /** Lets go of the asker's signal. */
  release: () => void
}

/**
 * One message each way over a datagram flow: asks again while no answer comes. What the bytes mean is
 * the caller's matter; a request must be such that answering it twice does no harm.
 *
 * The request leaves first; what else is to be done is done while it travels.
 */
export class DatagramExchange<Answer extends Identified> {
  readonly #options: ExchangeOptions<Answer>
  readonly #pending = new Map<number, Pending<Answer>>()
  /** Answers in a row that were not there before their retry, nor came by UDP. */
  #missed = 0
  #patience = 1

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
    pending.resolve(answer)
    this.#forget(pending)
    this.#learn(pending)
  }

  /** Who answers slowly is given more time, until an answer is in time and tells how much it takes (Karn). */
  #learn({ flow, retries, began }: Pending<Answer>): void {
    if (retries === 0 || flow.heardBy === 'udp') this.#missed = 0
    this.#patience = retries === 0 ? 1 : Math.min(2 * this.#patience, MAX_WAIT_FACTOR)
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
      if (this.#pending.size >= this.#options.pending || this.#pending.has(id)) {
        throw new NodeError('busy', `too many questions to ${flow.peer} at once`, { remedy: 'retry' })
      }
      const began = this.#options.clock.monotonic()
      const wait = this.#patience * Math.max(MIN_WAIT, ROUND_TRIPS * (flow.roundTrip.smoothed ?? 0))
      const pending: Pending<Answer> = {
        id,
        flow,
        request,
        began,
        resolve,
        reject,
        wait,
        retries: 0,
        cancel: () => {},
        release: () => {}
      }
      this.#pending.set(id, pending)
      this.#send(pending)
      if (signal !== undefined && this.#waits(pending)) this.#heed(signal, pending)
    })
  }

  /** Fails what is under way on a flow that ended. */
  flowEnded(flow: DatagramFlow): void {
    for (const pending of this.#pending.values()) {
      if (pending.flow === flow) this.#fail(pending, lost(flow))
    }
  }

  #heed(signal: AbortSignal, pending: Pending<Answer>): void {
    const abort = (): void => this.#fail(pending, signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    pending.release = () => signal.removeEventListener('abort', abort)
  }

  #send(pending: Pending<Answer>): void {
    try {
      pending.flow.send(pending.request, pending.retries === 0 ? 'sure' : 'both')
    } catch (error) {
      this.#fail(pending, error)
    }
    if (this.#waits(pending)) {
      const { clock, deadline } = this.#options
      const left = pending.began + deadline - clock.monotonic()
      pending.cancel = clock.after(Math.min(pending.wait, left), () => this.#late(pending))
    }
  }

  /** Sending may end the flow, or bring the answer at once. */
  #waits(pending: Pending<Answer>): boolean {
    return this.#pending.get(pending.id) === pending
  }

  #late(pending: Pending<Answer>): void {
    const { clock, deadline } = this.#options
    if (pending.retries === RETRIES || clock.monotonic() - pending.began >= deadline) {
      this.#fail(pending, silent(pending.flow))
      return
    }
    pending.retries++
    pending.wait *= 2
    if (++this.#missed >= DOUBT_FROM) pending.flow.suspect()
    this.#send(pending)
  }

  #fail(pending: Pending<Answer>, error: unknown): void {
    if (!this.#waits(pending)) return
    this.#forget(pending)
    pending.reject(error)
  }

  #forget(pending: Pending<Answer>): void {
    pending.cancel()
    pending.release()
    this.#pending.delete(pending.id)
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
