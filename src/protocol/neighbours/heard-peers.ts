import type { Clock } from '../../clock.ts'
import type { Listed } from './codec.ts'

export interface HeardPeersInit {
  readonly clock: Clock
  /** Peers of all lists together. */
  readonly capacity: number
  /** Milliseconds for which a list is used. */
  readonly keep: number
}

/** A peer in the list of a neighbour. */
export interface HeardPeer {
  readonly neighbour: string
  /** Milliseconds for which their connection has been open, as the neighbour says; not more than we have run. */
  readonly openFor: number
  /** Clock.monotonic() of the answer. */
  readonly heardAt: number
}

interface List {
  readonly at: number
  readonly openFor: Map<string, number>
}

/** Peers of one list beyond its fair share of the table. */
const BEYOND_SHARE = 32

/**
 * Which peers neighbours have listed. An entry is a hint: a neighbour can list whom it likes. However many it lists,
 * the others keep their share of the table, and an entry is gone when its list is no longer used.
 */
export class HeardPeers {
  readonly #init: HeardPeersInit
  readonly #startedAt: number
  readonly #lists = new Map<string, List>()

  constructor(init: HeardPeersInit) {
    this.#init = init
    this.#startedAt = init.clock.monotonic()
  }

  /** Peers of all lists together; one in two lists counts twice. */
  get size(): number {
    return [...this.#lists.values()].reduce((sum, { openFor }) => sum + openFor.size, 0)
  }

  /** The whole list of a neighbour, in place of its list before. */
  put(neighbour: string, listed: readonly Listed[]): void {
    const at = this.#init.clock.monotonic()
    const longest = at - this.#startedAt
    const openFor = new Map(listed.map(([peer, age]) => [peer, Math.min(age * 1000, longest)]))
    this.#expire()
    this.#lists.set(neighbour, { at, openFor })
    this.#bound()
  }

  forget(neighbour: string): void {
    this.#lists.delete(neighbour)
  }

  /** The neighbours that list a peer, the longest connection first. */
  neighboursOf(peer: string): string[] {
    return (this.all().get(peer) ?? []).map(({ neighbour }) => neighbour)
  }

  /** Every listed peer, with those that list it, the longest connection first. */
  all(): Map<string, HeardPeer[]> {
    this.#expire()
    const all = new Map<string, HeardPeer[]>()
    for (const [neighbour, { at, openFor }] of this.#lists)
      for (const [peer, open] of openFor) {
        const one = { neighbour, openFor: open, heardAt: at }
        const others = all.get(peer)
        if (others === undefined) all.set(peer, [one])
        else others.push(one)
      }
    for (const heard of all.values()) heard.sort((one, other) => other.openFor - one.openFor)
    return all
  }

  #expire(): void {
    const now = this.#init.clock.monotonic()
    for (const [neighbour, { at }] of this.#lists)
      if (now - at >= this.#init.keep) this.#lists.delete(neighbour)
  }

  /** Cuts the longest lists to the one length at which all fit. */
  #bound(): void {
    const { capacity } = this.#init
    const sizes = [...this.#lists.values()].map(({ openFor }) => openFor.size).sort((a, b) => a - b)
    let left = capacity
    let length = capacity
    for (const [i, size] of sizes.entries()) {
      length = Math.floor(left / (sizes.length - i))
      if (size > length) break
      left -= size
    }
    const max = Math.min(length, Math.floor(capacity / sizes.length) + BEYOND_SHARE)
    for (const { openFor } of this.#lists.values())
      for (const peer of [...openFor.keys()].slice(max)) openFor.delete(peer)
  }
}
