import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Cancel, Clock } from '../../clock.ts'
import { Backoff } from './backoff.ts'
import type { DialingLimits } from './limits.ts'

/** What is known of a peer for its dials. */
export interface Known {
  readonly id: PeerId
  readonly addresses: Map<string, Multiaddr>
  readonly backoff: Backoff
  seenAt: number | undefined
  /** Clock.monotonic() when it was added to the table. */
  readonly addedAt: number
  /** The host that announced it last. */
  sender: string | undefined
  /** Whether there was a connection since it is known. */
  isReached: boolean
  retry: Cancel | undefined
  /** Clock.monotonic() at which the retry is due, and at which the last dial began. */
  retryAt: number
  triedAt: number
  dialling: boolean
}

export interface KnownPeersInit {
  readonly clock: Clock
  readonly random: () => number
  readonly limits: DialingLimits
  readonly inBook: (peer: string) => boolean
  readonly isConnected: (id: PeerId) => boolean
  /** Called with each peer that was removed. */
  readonly removed: (known: Known) => void
}

/** The table of peers that are dialled. Strangers make room for others; peers of the book and connected ones stay. */
export class KnownPeers {
  readonly #init: KnownPeersInit
  readonly #known = new Map<string, Known>()

  constructor(init: KnownPeersInit) {
    this.#init = init
  }

  get(peer: string): Known | undefined {
    return this.#known.get(peer)
  }

  values(): MapIterator<Known> {
    return this.#known.values()
  }

  [Symbol.iterator](): MapIterator<[string, Known]> {
    return this.#known[Symbol.iterator]()
  }

  clear(): void {
    this.#known.clear()
  }

  /** Peers of the book take no places of others: limits.book bounds them. */
  #isFullFor(peer: string): boolean {
    const { inBook, limits } = this.#init
    if (this.#known.size < limits.peers || inBook(peer)) return false
    let strangers = 0
    for (const one of this.#known.keys()) if (!inBook(one)) strangers++
    return strangers >= limits.peers
  }

  /** Whether it is known, or the table has room, or a stranger can be removed that was not found a moment ago. */
  hasRoom(peer: string): boolean {
    if (this.#known.has(peer) || !this.#isFullFor(peer)) return true
    const seenAt = this.#oldest()?.seenAt ?? Number.POSITIVE_INFINITY
    return this.#init.clock.monotonic() - seenAt >= this.#init.limits.retryMin
  }

  /** Adds a peer; a full table removes one for it. */
  admit(id: PeerId, peer: string): Known {
    const oldest = this.#isFullFor(peer) ? this.#oldest() : undefined
    if (oldest !== undefined) this.#remove(oldest)
    const { retryMin, strangerRetryMax } = this.#init.limits
    const known: Known = {
      id,
      addresses: new Map(),
      backoff: new Backoff(retryMin, strangerRetryMax, this.#init.random),
      seenAt: undefined,
      sender: undefined,
      addedAt: this.#init.clock.monotonic(),
      isReached: false,
      retry: undefined,
      retryAt: 0,
      triedAt: Number.NEGATIVE_INFINITY,
      dialling: false
    }
    this.#known.set(peer, known)
    return known
  }

  /**
   * The peer not seen for longest, of those neither connected nor in the book; one that was never reached goes before
   * all that were.
   */
  #oldest(): Known | undefined {
    const isOlder = (one: Known, other: Known): boolean =>
      one.isReached === other.isReached
        ? (one.seenAt ?? one.addedAt) < (other.seenAt ?? other.addedAt)
        : !one.isReached
    let oldest: Known | undefined
    for (const [peer, known] of this.#known) {
      if (this.#init.inBook(peer) || this.#init.isConnected(known.id)) continue
      if (oldest === undefined || isOlder(known, oldest)) oldest = known
    }
    return oldest
  }

  /** Removes a stranger that was not seen for long. @returns whether it did */
  removeUnseen(known: Known): boolean {
    const { clock, limits } = this.#init
    const unseen = clock.monotonic() - (known.seenAt ?? known.addedAt)
    const isOld = unseen > (known.isReached ? limits.forgetAfter : limits.forgetUnreached)
    return isOld && this.#removeStranger(known)
  }

  /**
   * Removes a stranger of which no address is known, as a node for one command: nobody can dial it.
   */
  removeUnreachable(known: Known): void {
    if (known.addresses.size === 0) this.#removeStranger(known)
  }

  #removeStranger(known: Known): boolean {
    const peer = known.id.toString()
    const { inBook, isConnected } = this.#init
    if (this.#known.get(peer) !== known || inBook(peer) || isConnected(known.id)) return false
    this.#remove(known)
    return true
  }

  #remove(known: Known): void {
    known.retry?.()
    this.#known.delete(known.id.toString())
    this.#init.removed(known)
  }
}
