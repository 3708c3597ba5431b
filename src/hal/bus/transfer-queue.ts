import { type Clock, withDeadline } from '../../clock.ts'
import { isNodeError } from '../../error.ts'
import { formatAddress } from '../../units.ts'
import type { TransferOptions } from '../i2c.ts'
import { busFailure } from './failure.ts'

export interface TransferQueueOptions {
  readonly clock: Clock
  /** The bus's name, for messages. */
  readonly bus: string
  /** Milliseconds from request to result, including the wait, unless the caller gives another deadline. */
  readonly deadline: number
  /** Maximum of waiting accesses; more are refused with 'busy'. */
  readonly limit: number
}

/**
 * First come, first served: one exclusive access at a time on a bus. An access that does not end keeps the bus,
 * so that nothing overlaps it and it holds no more than one of libuv's four threads. Waiting callers are
 * released by their deadlines.
 */
export class TransferQueue {
  readonly #options: TransferQueueOptions
  readonly #waiting: (() => void)[] = []
  #busy = false
  /** The address that has access now. */
  #current: number | undefined
  #closed = false

  constructor(options: TransferQueueOptions) {
    this.#options = options
  }

  /** @throws BusError 'timeout', 'closed', 'busy'; the signal's reason; what the work throws */
  async run<T>(address: number, work: () => Promise<T>, options: TransferOptions = {}): Promise<T> {
    const { bus, clock, limit } = this.#options
    if (this.#closed) throw busFailure(bus, address, 'closed')
    if (this.#waiting.length >= limit) throw busFailure(bus, address, 'busy')
    const deadline = options.deadline ?? this.#options.deadline
    const inTurn = (signal: AbortSignal): Promise<T> => this.#inTurn(address, work, signal)
    try {
      return await withDeadline(clock, deadline, bus, inTurn, options.signal)
    } catch (error) {
      if (!isNodeError(error, 'deadline')) throw error
      throw busFailure(bus, address, 'timeout', { what: this.#lateMessage(address, deadline) })
    }
  }

  /** Refuses new accesses, and waits for those before, at most one deadline. */
  async close(): Promise<void> {
    this.#closed = true
    const { clock, deadline, bus } = this.#options
    await withDeadline(clock, deadline, bus, (signal) => this.#turn(signal)).catch(() => {})
  }

  async #inTurn<T>(address: number, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#turn(signal)
    try {
      signal.throwIfAborted()
      this.#current = address
      return await work()
    } finally {
      this.#current = undefined
      this.#next()
    }
  }

  /** An aborted caller leaves the queue. */
  #turn(signal: AbortSignal): Promise<void> {
    if (!this.#busy) {
      this.#busy = true
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(begin), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.push(begin)
    })
  }

  #next(): void {
    const begin = this.#waiting.shift()
    if (begin === undefined) this.#busy = false
    else begin()
  }

  #lateMessage(address: number, deadline: number): string {
    if (this.#current === undefined || this.#current === address)
      return `gives no answer within ${deadline} ms`
    return `had no access within ${deadline} ms: the transfer to ${formatAddress(this.#current)} does not end`
  }
}
