import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { DatagramFlow } from './flow.ts'

/** wire.md, Asking: retry after max(100 ms, 3 SRTT), doubled, four times, with the same id. */
const LEAST_WAIT = 100
const ROUND_TRIPS = 3
const RETRIES = 4
/** From this retry on UDP is doubted: one datagram is lost easily, two mean something. */
const DOUBT_FROM = 2

export interface ExchangeOptions<Id> {
  readonly clock: Clock
  /** The id an answer bears; undefined for bytes that are none. */
  readonly idOf: (answer: Uint8Array) => Id | undefined
  /** Requests that may wait for their answers at one time. */
  readonly pending: number
}

interface Pending {
  readonly flow: DatagramFlow
  readonly request: Uint8Array
  readonly began: number
  readonly resolve: (answer: Uint8Array) => void
  readonly reject: (error: unknown) => void
  wait: number
  retries: number
  cancel: Cancel
}

/**
 * One message each way over a datagram flow: asks again while no answer comes. What the bytes mean is
 * the caller's matter; a request must be such that answering it twice does no harm.
 */
export class DatagramExchange<Id> {
  readonly #options: ExchangeOptions<Id>
  readonly #pending = new Map<Id, Pending>()

  constructor(options: ExchangeOptions<Id>) {
    this.#options = options
  }

  /** Requests under way. */
  get size(): number {
    return this.#pending.size
  }

  /** The flow's receiver: what answers no request is ignored. */
  receive(answer: Uint8Array): void {
    const id = this.#options.idOf(answer)
    const pending = id === undefined ? undefined : this.#pending.get(id)
    if (id === undefined || pending === undefined) return
    this.#forget(id, pending)
    if (pending.retries === 0) pending.flow.roundTrip.sample(this.#options.clock.monotonic() - pending.began)
    pending.resolve(answer)
  }

  /**
   * @param id as the answer will bear it; not one under way
   * @throws NodeError 'no-answer' after the last retry, 'datagram-lost' when the flow ends, 'busy' when
   *   too many requests wait; the signal's reason
   */
  async ask(flow: DatagramFlow, id: Id, request: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    if (this.#pending.size >= this.#options.pending || this.#pending.has(id)) {
      throw new NodeError('busy', `too many questions to ${flow.peer} at once`, { remedy: 'retry' })
    }
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    const began = this.#options.clock.monotonic()
    const wait = Math.max(LEAST_WAIT, ROUND_TRIPS * (flow.roundTrip.smoothed ?? 0))
    const pending: Pending = { flow, request, began, resolve, reject, wait, retries: 0, cancel: () => {} }
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
      if (pending.flow !== flow) continue
      const lost = new NodeError(
        'datagram-lost',
        `the way to ${flow.peer} was ${flow.ended} before it answered`,
        {
          remedy: 'retry'
        }
      )
      this.#fail(id, pending, lost)
    }
  }

  #send(id: Id, pending: Pending): void {
    pending.cancel = this.#options.clock.after(pending.wait, () => this.#late(id, pending))
    try {
      pending.flow.send(pending.request)
    } catch (error) {
      this.#fail(id, pending, error)
    }
  }

  #late(id: Id, pending: Pending): void {
    if (pending.retries === RETRIES) {
      this.#fail(id, pending, silent(pending.flow))
      return
    }
    pending.retries++
    pending.wait *= 2
    if (pending.retries >= DOUBT_FROM) pending.flow.doubt()
    this.#send(id, pending)
  }

  #fail(id: Id, pending: Pending, error: unknown): void {
    if (this.#pending.get(id) !== pending) return
    this.#forget(id, pending)
    pending.reject(error)
  }

  #forget(id: Id, pending: Pending): void {
    pending.cancel()
    this.#pending.delete(id)
  }
}

function silent(flow: DatagramFlow): NodeError {
  return new NodeError('no-answer', `${flow.peer} does not answer ${flow.protocol}`, {
    remedy: 'retry',
    hint: 'see whether it is reachable with kith ping'
  })
}
