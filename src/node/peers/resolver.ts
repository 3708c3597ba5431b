import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import type { Neighbourhood } from '../../peer/dialing/auto-dialer.ts'
import type { Directory, Target } from './directory.ts'
import { type Selection, type Spoken, select } from './selection.ts'

export interface ReachInit {
  readonly self: string
  readonly clock: Clock
  readonly directory: Directory
  readonly spoken: Spoken
  readonly neighbourhood: Neighbourhood
  /** Milliseconds after the start in which an unknown name may still turn up. */
  readonly patience: number
}

/** Milliseconds between looks for a name that may still turn up. */
const LOOK = 100

/** Finds whom a person means, waiting for discovery where the node has only just begun, and connects. */
export class Reach {
  readonly #init: ReachInit
  readonly #startedAt: number

  constructor(init: ReachInit) {
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
    const { clock, patience } = this.#init
    for (;;) {
      try {
        return this.select(who, what)
      } catch (error) {
        const hopeless = clock.monotonic() - this.#startedAt > patience
        if (!isNodeError(error, 'nobody-found') || hopeless) throw error
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
    const { clock, patience } = this.#init
    for (;;) {
      const found = await find()
      if (found.length > 0 || clock.monotonic() - this.#startedAt > patience) return found
      await clock.sleep(LOOK, signal)
    }
  }

  /** A peer of whom no address is known is waited for as names are. @throws NodeError unreachable */
  async connect({ peer, addresses }: Target, signal: AbortSignal): Promise<Connection> {
    const { neighbourhood, clock, patience } = this.#init
    if (addresses.length > 0) neighbourhood.remember(peer, addresses)
    for (;;) {
      try {
        return await neighbourhood.connect(peer, signal)
      } catch (error) {
        signal.throwIfAborted()
        const hopeless = clock.monotonic() - this.#startedAt > patience
        if (hopeless || !isAddressless(error)) throw this.#unreachable(peer, error)
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
