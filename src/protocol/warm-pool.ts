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
  readonly protocols: readonly string[]
  readonly warm: T
  readonly idle: SilenceTimer | undefined
  /** Greater than that of all that were used before. */
  use: number
}

/** Keeps one open for each peer and list of protocols; at capacity the idle one used longest ago is closed. */
export class WarmPool<T extends Warm> {
  readonly #init: WarmPoolInit<T>
  readonly #opening = new Map<string, Promise<T>>()
  /** By peer. A use changes a number, not the order: to delete and set keys for each request is to build the map anew. */
  readonly #open = new Map<string, readonly Open<T>[]>()
  #uses = 0

  constructor(init: WarmPoolInit<T>) {
    this.#init = init
  }

  get size(): number {
    return this.#all().length
  }

  /** The one that is open, if there is one. */
  ready(peer: string, protocols: readonly string[]): T | undefined {
    const open = this.#open.get(peer)?.find((one) => isSame(one.protocols, protocols))
    if (open === undefined) return undefined
    if (open.warm.isSpent === true) {
      this.#retire(peer, open)
      return undefined
    }
    open.use = ++this.#uses
    open.idle?.touch()
    return open.warm
  }

  /**
   * The one that is open, else a new one.
   * @throws NodeError 'busy' at capacity without an idle one, 'deadline'; what opening throws; the signal's reason
   */
  async get(peer: string, protocols: readonly string[], signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    return this.ready(peer, protocols) ?? (await this.#join(peer, protocols, signal))
  }

  close(): void {
    for (const { warm } of this.#all()) warm.close(new NodeError('closing', 'the node stops'))
  }

  #all(): Open<T>[] {
    return [...this.#open.values()].flat()
  }

  /** What is open on it goes on, as long as its connection stands. */
  #retire(peer: string, open: Open<T>): void {
    this.#forget(peer, open)
    const { warm } = open
    if (warm.isIdle) warm.close(new NodeError('idle', 'another connection takes over', { remedy: 'retry' }))
  }

  #forget(peer: string, open: Open<T>): void {
    open.idle?.stop()
    const others = this.#open.get(peer)?.filter((one) => one !== open) ?? []
    if (others.length === 0) this.#open.delete(peer)
    else this.#open.set(peer, others)
  }

  /** Requests made meanwhile share one opening: it ends at the deadline, not with the signal of the first request. */
  #join(peer: string, protocols: readonly string[], signal: AbortSignal): Promise<T> {
    const { clock, deadline, kind } = this.#init
    const key = [peer, ...protocols].join(' ')
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
      if (opened !== undefined) this.#forget(peer, opened)
    }
    const opening = withDeadline(clock, deadline, `a ${kind} to ${peer}`, (signal) =>
      open(peer, protocols, signal, onEnd)
    )
      .then((warm) => {
        if (hasEnded) return warm
        opened = { protocols: [...protocols], warm, idle: this.#idleTimer(warm), use: ++this.#uses }
        this.#open.set(peer, [...(this.#open.get(peer) ?? []), opened])
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
    const all = this.#all()
    if (all.length + this.#opening.size < capacity) return
    const idle = all.filter(({ warm }) => warm.isIdle).sort((one, other) => one.use - other.use)[0]
    if (idle === undefined)
      throw new NodeError('busy', `${capacity} ${kind}s of ours are open`, { remedy: 'retry' })
    idle.warm.close(new NodeError('idle', `another ${kind} takes the place of this one`, { remedy: 'retry' }))
  }
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, i) => name === other[i])
}
