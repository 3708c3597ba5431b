import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import type { PeerDirectory, Target } from './directory.ts'
import { type Selection, type Spoken, select } from './selection.ts'

export interface PeerResolverInit {
  readonly self: string
  readonly clock: Clock
  readonly directory: PeerDirectory
  readonly spoken: Spoken
  readonly autoDialer: AutoDialer
  /** Milliseconds after the start in which an unknown name may still turn up. */
  readonly nameTimeout: number
}

/** Milliseconds between looks for a name that may still turn up. */
const LOOK = 100

/** Finds whom a person means, waiting for discovery where the node has only just begun, and connects. */
export class PeerResolver {
  readonly #init: PeerResolverInit
  readonly #startedAt: number

  constructor(init: PeerResolverInit) {
    this.#init = init
    this.#startedAt = init.clock.monotonic()
  }

  isSelf(peer: string): boolean {
    return peer === this.#init.self
  }

  /** @throws NodeError nobody-found, ambiguous, no-such, bad-multiaddr */
  select(who: string | undefined, what: string | undefined): Selection {
    return select(who, what, this.#init.directory, this.#init.spoken)
  }

  /** As select, but a name that nobody has yet is waited for. */
  async selectSoon(
    who: string | undefined,
    what: string | undefined,
    signal: AbortSignal
  ): Promise<Selection> {
    const { clock, nameTimeout } = this.#init
    for (;;) {
      try {
        return this.select(who, what)
      } catch (error) {
        const timedOut = clock.monotonic() - this.#startedAt > nameTimeout
        if (!isNodeError(error, 'nobody-found') || timedOut) throw error
        await clock.sleep(LOOK, signal)
      }
    }
  }

  /** The one peer that is meant. @throws as select; NodeError ambiguous where several are */
  async one(who: string, signal: AbortSignal): Promise<Target> {
    const { targets = [] } = await this.selectSoon(who, undefined, signal)
    // Of those who serve a purpose, ourselves are not asked over the network.
    const others = targets.filter(({ peer }) => !this.isSelf(peer))
    const [target, another] = others.length > 0 ? others : targets
    if (target !== undefined && another === undefined) return target
    const several = targets.map(({ peer }) => this.#init.directory.labelOf(peer)).join(', ')
    throw new NodeError('ambiguous', `"${who}" means several: ${several || 'whoever measures it'}`, {
      hint: 'name one of them'
    })
  }

  /** Whom `find` finds, waited for where the node has only just begun; may be nobody. */
  async soon<T>(find: () => Promise<readonly T[]>, signal: AbortSignal): Promise<readonly T[]> {
    const { clock, nameTimeout } = this.#init
    for (;;) {
      const found = await find()
      if (found.length > 0 || clock.monotonic() - this.#startedAt > nameTimeout) return found
      await clock.sleep(LOOK, signal)
    }
  }

  /** A peer of whom no address is known is waited for as names are. @throws NodeError unreachable */
  async connect({ peer, addresses }: Target, signal: AbortSignal): Promise<Connection> {
    const { autoDialer, clock, nameTimeout } = this.#init
    if (addresses.length > 0) autoDialer.remember(peer, addresses)
    for (;;) {
      try {
        return await autoDialer.connect(peer, signal)
      } catch (error) {
        signal.throwIfAborted()
        const timedOut = clock.monotonic() - this.#startedAt > nameTimeout
        if (timedOut || !isAddressless(error)) throw this.#unreachable(peer, error)
        await clock.sleep(LOOK, signal)
      }
    }
  }

  #unreachable(peer: string, cause: unknown): NodeError {
    const why = isAddressless(cause) ? 'it was not heard, and no address is known' : describeError(cause)
    const message = `${this.#init.directory.labelOf(peer)} cannot be reached: ${why}`
    const hint = 'is it on, and on this network? kith doctor looks at this side'
    return new NodeError('unreachable', message, { hint, remedy: 'retry', cause })
  }
}

/** libp2p has nothing to dial. */
function isAddressless(error: unknown): boolean {
  return error instanceof Error && error.name === 'NoValidAddressesError'
}
