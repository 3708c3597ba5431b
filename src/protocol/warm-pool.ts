import { type Clock, withDeadline } from '../clock.ts'
import { NodeError } from '../error.ts'
import { SilenceTimer } from './silence-timer.ts'

/** A stream or flow to one peer that is kept open for the next request. */
export interface Warm {
  /** Whether no request is open on it. */
  readonly isIdle: boolean
  /** Whether nothing more is to be asked on it; it ends by itself once what is open on it has ended. */
  readonly isSpent?: boolean
  close(error: Error): void
}

export interface WarmPoolInit<T extends Warm> {
  readonly clock: Clock
  /** How many are open at a time. */
  readonly capacity: number
  /** Milliseconds that opening one may take. */
  readonly deadline: number
  /** Milliseconds without a use after which an idle one is closed; never unless given. */
  readonly idle?: number
  /** What is opened, for messages: `stream`, `flow`. */
  readonly kind: string
  /**
   * Opens one on the first of the protocols that both sides speak; they are given newest first.
   * @param onEnd to be called when it has ended, for whatever reason
   */
  readonly open: (
    peer: string,
    protocols: readonly string[],
    signal: AbortSignal,
    onEnd: () => void
  ) => Promise<T>
}

interface Open<T> {
  readonly warm: T
  readonly idle: SilenceTimer | undefined
}

/** Keeps one open for each peer and list of protocols; at capacity the idle one used longest ago is closed. */
export class WarmPool<T extends Warm> {
  readonly #init: WarmPoolInit<T>
  readonly #opening = new Map<string, Promise<T>>()
  /** In the order of their last use. */
  readonly #open = new Map<string, Open<T>>()

  constructor(init: WarmPoolInit<T>) {
    this.#init = init
  }

  get size(): number {
    return this.#open.size
  }

  /**
   * The one that is open, else a new one.
   * @throws NodeError 'busy' at capacity without an idle one, 'deadline'; what opening throws; the signal's reason
   */
  async get(peer: string, protocols: readonly string[], signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    const key = [peer, ...protocols].join(' ')
    const open = this.#open.get(key)
    if (open?.warm.isSpent === true) this.#retire(key, open)
    if (open === undefined || open.warm.isSpent === true)
      return await this.#join(key, peer, protocols, signal)
    this.#open.delete(key)
    this.#open.set(key, open)
    open.idle?.touch()
    return open.warm
  }

  close(): void {
    for (const { warm } of [...this.#open.values()]) warm.close(new NodeError('closing', 'the node stops'))
  }

  /** What is open on it goes on, as long as its connection stands. */
  #retire(key: string, { warm, idle }: Open<T>): void {
    this.#open.delete(key)
    idle?.stop()
    if (warm.isIdle) warm.close(new NodeError('idle', 'another connection takes over', { remedy: 'retry' }))
  }

  /** Requests made meanwhile share one opening: it ends at the deadline, not with the signal of the first request. */
  #join(key: string, peer: string, protocols: readonly string[], signal: AbortSignal): Promise<T> {
    const { clock, deadline, kind } = this.#init
    const opening = this.#opening.get(key) ?? this.#begin(key, peer, protocols)
    return withDeadline(clock, deadline, `a ${kind} to ${peer}`, () => opening, signal)
  }

  #begin(key: string, peer: string, protocols: readonly string[]): Promise<T> {
    const { clock, deadline, kind, open } = this.#init
    this.#makeRoom()
    let opened: Open<T> | undefined
    let hasEnded = false
    const onEnd = (): void => {
      hasEnded = true
      opened?.idle?.stop()
      if (opened !== undefined && this.#open.get(key) === opened) this.#open.delete(key)
    }
    const opening = withDeadline(clock, deadline, `a ${kind} to ${peer}`, (signal) =>
      open(peer, protocols, signal, onEnd)
    )
      .then((warm) => {
        if (hasEnded) return warm
        opened = { warm, idle: this.#idleTimer(warm) }
        this.#open.set(key, opened)
        return warm
      })
      .finally(() => this.#opening.delete(key))
    this.#opening.set(key, opening)
    return opening
  }

  #idleTimer(warm: T): SilenceTimer | undefined {
    const { clock, idle, kind } = this.#init
    if (idle === undefined) return undefined
    return new SilenceTimer(clock, idle, () => {
      if (warm.isIdle)
        warm.close(new NodeError('idle', `nothing was asked on this ${kind}`, { remedy: 'retry' }))
    })
  }

  /** @throws NodeError 'busy' */
  #makeRoom(): void {
    const { capacity, kind } = this.#init
    if (this.#open.size + this.#opening.size < capacity) return
    const idle = [...this.#open.values()].map(({ warm }) => warm).find(({ isIdle }) => isIdle)
    if (idle === undefined)
      throw new NodeError('busy', `${capacity} ${kind}s of ours are open`, { remedy: 'retry' })
    idle.close(new NodeError('idle', `another ${kind} takes the place of this one`, { remedy: 'retry' }))
  }
}
