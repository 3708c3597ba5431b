import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import type { AutoDialer } from '../../peer/dialing/auto-dialer.ts'
import type { Found, PathFinder } from '../../peer/dialing/path-finder.ts'
import { NotReached } from '../../peer/dialing/way.ts'
import type { PeerDirectory, Target } from './directory.ts'
import { type Selection, type Spoken, select } from './selection.ts'

export interface PeerResolverInit {
  readonly self: string
  readonly clock: Clock
  readonly directory: PeerDirectory
  readonly spoken: Spoken
  readonly autoDialer: Pick<AutoDialer, 'remember'>
  readonly paths: Pick<PathFinder, 'find'>
  /** Milliseconds after the start in which an unknown name is waited for. */
  readonly nameTimeout: number
}

/** Milliseconds between tries while a name is waited for. */
const RETRY = 100

/** Finds the peers that a person means, and connects. In the first `nameTimeout` it waits for discovery. */
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

  /** As select, but an unknown name is waited for. */
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
        await clock.sleep(RETRY, signal)
      }
    }
  }

  /** The one peer that is meant. @throws as select; NodeError ambiguous where several are */
  async one(who: string, signal: AbortSignal): Promise<Target> {
    const { targets = [] } = await this.selectSoon(who, undefined, signal)
    // Where a purpose means others too, this node is left out.
    const others = targets.filter(({ peer }) => !this.isSelf(peer))
    const [target, another] = others.length > 0 ? others : targets
    if (target !== undefined && another === undefined) return target
    const several = targets.map(({ peer }) => this.#init.directory.labelOf(peer)).join(', ')
    throw new NodeError('ambiguous', `"${who}" means several: ${several || 'whoever measures it'}`, {
      hint: 'name one of them'
    })
  }

  /** What `find` finds, waiting for the first result; may be empty. */
  async soon<T>(find: () => Promise<readonly T[]>, signal: AbortSignal): Promise<readonly T[]> {
    const { clock, nameTimeout } = this.#init
    for (;;) {
      const found = await find()
      if (found.length > 0 || clock.monotonic() - this.#startedAt > nameTimeout) return found
      await clock.sleep(RETRY, signal)
    }
  }

  /** An address that is not known yet is waited for as names are. @throws NodeError unreachable */
  async connect(target: Target, signal: AbortSignal): Promise<Connection> {
    return (await this.find(target, signal)).connection
  }

  /** As connect, with a line for each thing that was tried. @throws NodeError unreachable */
  async find({ peer, addresses }: Target, signal: AbortSignal): Promise<Found> {
    const { autoDialer, paths, clock, nameTimeout } = this.#init
    if (addresses.length > 0) autoDialer.remember(peer, addresses)
    for (;;) {
      try {
        return await paths.find(peer, signal)
      } catch (error) {
        signal.throwIfAborted()
        const timedOut = clock.monotonic() - this.#startedAt > nameTimeout
        const mayBeHeard = error instanceof NotReached && error.hadNoAddress
        if (timedOut || !mayBeHeard) throw this.#unreachable(peer, error)
        await clock.sleep(RETRY, signal)
      }
    }
  }

  /** One reason is in the line of the message, several are a line each. */
  #unreachable(peer: string, cause: unknown): NodeError {
    const [why = '', ...more] = cause instanceof NotReached ? cause.tried : [describeError(cause)]
    const reasons = more.length === 0 ? `: ${why}` : [why, ...more].map((line) => `\n  ${line}`).join('')
    const message = `${this.#init.directory.labelOf(peer)} cannot be reached${reasons}`
    const hint = {
      command: 'is it on, and on this network? kith doctor looks at this side',
      program: 'is it on, and on this network?'
    }
    return new NodeError('unreachable', message, { hint, remedy: 'retry', cause })
  }
}
