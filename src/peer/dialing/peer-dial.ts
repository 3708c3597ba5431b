import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Clock, withDeadline } from '../../clock.ts'
import type { LocalNetwork } from '../discovery/local-network.ts'
import { dialOrder } from './dial-addresses.ts'
import { DialBudget } from './dial-budget.ts'
import type { DialGate } from './dial-gate.ts'
import type { Known } from './known-peers.ts'
import type { DialingLimits } from './limits.ts'
import { PlaceBackoff } from './place-backoff.ts'
import type { ToldAddresses } from './told-addresses.ts'
import type { Report } from './way.ts'

export interface PeerDialInit {
  readonly libp2p: Pick<Libp2p, 'getConnections'>
  /** Dials addresses of one peer, in this order. @throws NoAddress where there are none */
  readonly dial: (addresses: readonly Multiaddr[], signal: AbortSignal, report: Report) => Promise<Connection>
  readonly clock: Clock
  readonly network: LocalNetwork
  readonly random: () => number
  /** dialTimeout: milliseconds, all addresses together. */
  readonly limits: DialingLimits & { readonly dialTimeout: number }
  readonly gate: DialGate
  /** Where peers say they are. */
  readonly told: Pick<ToldAddresses, 'of' | 'forget'>
  /** Whether this node itself would answer at an address. */
  readonly leadsHere: (address: Multiaddr) => boolean
  /** Peers of the book are dialled at all their addresses, without a budget. */
  readonly inBook: (peer: string) => boolean
}

/** One dial of one peer: which of its addresses are dialled now, and in which order. */
export class PeerDial {
  readonly #init: PeerDialInit
  readonly #budget: DialBudget
  readonly #places: PlaceBackoff
  /** Ends what is dialled when the node stops. */
  readonly #stopping: AbortSignal

  constructor(init: PeerDialInit, stopping: AbortSignal) {
    const { clock, random, limits } = init
    this.#init = init
    this.#stopping = stopping
    this.#budget = new DialBudget(clock, limits.dialsPerMinute)
    this.#places = new PlaceBackoff({ clock, random, min: limits.retryMin, max: limits.strangerRetryMax })
  }

  /** Addresses that are known, without those of this node itself. */
  ordered(known: Known): Multiaddr[] {
    const others = [...known.addresses.values()].filter((address) => !this.#init.leadsHere(address))
    return dialOrder(others, known.id, this.#init.network)
  }

  /** The addresses that may be dialled now: all of a peer of the book, of others as the budget and places allow. */
  allowed(known: Known, addresses: Multiaddr[]): Multiaddr[] {
    if (this.#init.inBook(known.id.toString())) return addresses
    // The place of a peer that was there before may be named by strangers, too.
    const due = known.isReached ? addresses : addresses.filter((address) => this.#places.isDue(address))
    return due.slice(
      0,
      this.#budget.take({ wanted: due.length, isReached: known.isReached, sender: known.sender })
    )
  }

  /**
   * Dials the addresses and, after them, those that the peer told of itself.
   * @throws NoAddress; what the gate says; the dial's error
   */
  async now(
    known: Known,
    addresses: Multiaddr[],
    signal: AbortSignal,
    report: Report = () => {}
  ): Promise<Connection> {
    const { dial, gate, clock, limits } = this.#init
    const peer = known.id.toString()
    const all = await this.#withTold(known, addresses, signal)
    const refusal = gate(peer)
    if (refusal !== undefined) throw new Error(refusal)
    const both = AbortSignal.any([signal, this.#stopping])
    const work = (limited: AbortSignal): Promise<Connection> => dial(all, limited, report)
    try {
      return await withDeadline(clock, limits.dialTimeout, `dialling ${peer}`, work, both)
    } catch (error) {
      if (!both.aborted) for (const address of all) this.#places.failed(address)
      throw error
    }
  }

  /** Somebody answered at the address: its back-off ends. */
  placeReached(address: Multiaddr): void {
    this.#places.reached(address)
  }

  /**
   * The addresses and, after them, what the peer says of itself as far as it may be dialled: asked of it over a longer
   * connection, else what it said before, where no other address is known.
   */
  async #withTold(known: Known, addresses: Multiaddr[], signal: AbortSignal): Promise<Multiaddr[]> {
    const { told, network } = this.#init
    const isConnected = openConnections(this.#init.libp2p, known.id).length > 0
    if (addresses.length > 0 && !isConnected) return addresses
    const ordered = dialOrder(await told.of(known.id, isConnected, signal), known.id, network)
    const others = ordered.filter((one) => !addresses.some((address) => address.equals(one)))
    return [...addresses, ...this.allowed(known, others)]
  }
}

export function openConnections(libp2p: Pick<Libp2p, 'getConnections'>, id: PeerId): Connection[] {
  return libp2p.getConnections(id).filter((connection) => connection.status === 'open')
}
