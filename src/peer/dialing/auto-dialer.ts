import type { Connection, Libp2p, PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { isDirect, isRelayed } from '../../direct.ts'
import { describeError } from '../../error.ts'
import { isNearlySpent } from '../../limited.ts'
import type { Log } from '../../log.ts'
import { leadsNear } from './dial-addresses.ts'
import { DialTurns } from './dial-turns.ts'
import { type Known, KnownPeers } from './known-peers.ts'
import { PathChoice } from './path-choice.ts'
import { openConnections, PeerDial, type PeerDialInit } from './peer-dial.ts'
import type { Report } from './way.ts'

export interface AutoDialerInit extends PeerDialInit {
  readonly libp2p: Libp2p
  readonly log: Log
  /** Peers of the book are dialled without end and never forgotten. */
  readonly inBook: (peer: string) => boolean
  /** Those of the book, which are told by remember() one after the other. */
  readonly bookAddresses: (peer: string) => readonly string[]
  /** Whether a transport of this node takes the address; relayed ones are not for this dialer. */
  readonly canDial: (address: Multiaddr) => boolean
}

/** A peer with a known address, or with a connection. */
export interface Neighbour {
  readonly peer: string
  readonly connected: boolean
  readonly addresses: readonly string[]
  /** Clock.monotonic() when it was last discovered or connected; undefined where it is only in the book. */
  readonly seenAt: number | undefined
}

/** Milliseconds; longer than a dial on a local network takes. */
const SIMULTANEOUS_DIAL_DELAY = 700
/** Milliseconds: three intervals of mDNS. A peer announced again after this long is dialled soon. */
const REAPPEARED = 30_000
/** Milliseconds after a longer connection opened: then the peer has said by identify where it is. */
const IDENTIFIED = 1_000
/** Milliseconds: the longest wait between dials for a direct connection while a longer one is open. */
const SHORTER_MAX = 300_000
/** Milliseconds, minimum and spread, until a dial that the budget or a place held back is tried again. */
const HELD_BACK = 5_000

/**
 * Opens and keeps connections: dials the peers of discovery and of the book, and dials again after a loss, with
 * growing and jittered waits. libp2p's own keep-alive gives up after half a minute, and its peer store removes
 * addresses after an hour (docs/network.md traps 3 and 4).
 */
export class AutoDialer {
  readonly #init: AutoDialerInit
  readonly #known: KnownPeers
  readonly #dial: PeerDial
  readonly #choice: PathChoice
  readonly #turns: DialTurns
  readonly #stopping = new AbortController()
  readonly #opened = this.#guarded((connection) => this.#onOpen(connection))
  readonly #closed = this.#guarded((connection) => this.#onClose(connection))

  constructor(init: AutoDialerInit) {
    this.#init = init
    this.#known = new KnownPeers({
      ...init,
      isConnected: (id) => this.#connections(id).length > 0,
      removed: (known) => this.#removed(known)
    })
    this.#choice = new PathChoice(init.clock, (peer) => this.#connections(peerIdFromString(peer)))
    this.#dial = new PeerDial(init, this.#stopping.signal)
    this.#turns = new DialTurns({ ...init, begin: (known) => this.#begin(known) })
  }

  start(): void {
    this.#init.libp2p.addEventListener('connection:open', this.#opened)
    this.#init.libp2p.addEventListener('connection:close', this.#closed)
  }

  stop(): void {
    this.#init.libp2p.removeEventListener('connection:open', this.#opened)
    this.#init.libp2p.removeEventListener('connection:close', this.#closed)
    this.#stopping.abort(new Error('the node stops'))
    for (const known of this.#known.values()) known.retry?.()
    this.#turns.stop()
    this.#known.clear()
    this.#choice.stop()
  }

  /**
   * Takes what discovery found. Anybody on the local network can announce anything: only near addresses are taken,
   * no more peers are dialled than the table holds, each after its back-off and that of its host and port, and no
   * more addresses a minute than the budget has.
   * @param sender the host that announced it, which has a share of the budget
   */
  found(id: PeerId, addresses: readonly Multiaddr[], sender?: string): void {
    const near = addresses.filter((address) => leadsNear(address, this.#init.network))
    // With two interfaces in one network a node hears its own announcements.
    if (id.equals(this.#init.libp2p.peerId) || near.length === 0 || !this.#known.hasRoom(id.toString()))
      return
    this.#add(id, near, this.#init.clock.monotonic()).sender = sender
  }

  /**
   * Takes addresses of the book or of a person; their age is unknown.
   * @returns whether one of them can be dialled
   * @throws for what is not a PeerId or multiaddr
   */
  remember(peer: string, addresses: readonly string[]): boolean {
    const parsed = addresses.map((text) => multiaddr(text))
    this.#add(peerIdFromString(peer), parsed, undefined)
    return parsed.some((address) => isRelayed(address) || this.#init.canDial(address))
  }

  /**
   * Removes what was learned of where a peer is, from libp2p's peer store as well; its back-off begins anew.
   * @param kept addresses that stay
   * @returns the addresses that are removed, without the PeerId
   */
  async forgetAddresses(peer: string, kept: readonly string[]): Promise<string[]> {
    const { peerStore } = this.#init.libp2p
    const id = peerIdFromString(peer)
    const forgotten = new Map<string, Multiaddr>()
    const forget = (address: Multiaddr): void => {
      forgotten.set(address.toString().replace(`/p2p/${peer}`, ''), address)
    }
    const known = this.#known.get(peer)
    for (const [text, address] of known?.addresses ?? []) {
      if (kept.includes(text)) continue
      forget(address)
      known?.addresses.delete(text)
    }
    for (const address of this.#init.told.forget(peer)) forget(address)
    known?.backoff.reset()
    if (await peerStore.has(id)) {
      for (const { multiaddr } of (await peerStore.get(id)).addresses) forget(multiaddr)
      await peerStore.patch(id, { multiaddrs: [] })
    }
    for (const address of forgotten.values()) this.#dial.placeReached(address)
    return [...forgotten.keys()].filter((text) => !kept.includes(text))
  }

  /** Whoever was not reached may be now that the interfaces changed: the waits of all peers begin anew. */
  networkChanged(): void {
    for (const [peer, known] of this.#known) {
      if (this.#isDirect(known.id) || !this.#isWanted(known)) continue
      known.backoff.reset()
      this.#soon(known, peer)
    }
  }

  /** A peer told other addresses than before: where only a longer connection is open, they are tried now. */
  toldAnew(peer: string): void {
    const known = this.#known.get(peer)
    if (known === undefined || this.#isDirect(known.id) || this.#connections(known.id).length === 0) return
    known.backoff.reset()
    this.#soon(known, peer)
  }

  neighbours(): Neighbour[] {
    return [...this.#known].map(([peer, known]) => ({
      peer,
      connected: this.#connections(known.id).length > 0,
      addresses: [...known.addresses.keys()],
      seenAt: known.seenAt
    }))
  }

  /** The best connection to a peer, for new streams. */
  connection(peer: string): Connection | undefined {
    return this.#known.get(peer) === undefined ? undefined : this.#choice.best(peer)
  }

  /**
   * Connects now, without back-off.
   * @param report gets a line for each address that failed
   * @throws NoAddress; the dial's error
   */
  async connect(peer: string, signal: AbortSignal, report: Report = () => {}): Promise<Connection> {
    const there = this.connection(peer)
    if (there !== undefined && !isNearlySpent(there)) return there
    if ((this.#known.get(peer)?.addresses.size ?? 0) === 0) this.#takeFromBook(peer)
    const known = this.#known.get(peer) ?? this.#add(peerIdFromString(peer), [], undefined)
    return await this.#dial.now(known, this.#dial.ordered(known), signal, report)
  }

  /** What is wrong with an address is said when the whole book is taken. */
  #takeFromBook(peer: string): void {
    const addresses = this.#init.bookAddresses(peer)
    try {
      if (addresses.length > 0) this.remember(peer, addresses)
    } catch {}
  }

  #add(id: PeerId, addresses: readonly Multiaddr[], seenAt: number | undefined): Known {
    const peer = id.toString()
    const known = this.#known.get(peer) ?? this.#known.admit(id, peer)
    const isBack = seenAt !== undefined && seenAt - (known.seenAt ?? -REAPPEARED) >= REAPPEARED
    if (seenAt !== undefined) known.seenAt = seenAt
    let isNew = seenAt === undefined
    for (const address of addresses) {
      if (isRelayed(address)) continue
      isNew ||= !known.addresses.has(address.toString())
      known.addresses.delete(address.toString())
      known.addresses.set(address.toString(), address)
    }
    while (known.addresses.size > this.#init.limits.addresses) known.addresses.delete(first(known.addresses))
    if (addresses.length > 0 && !this.#isDirect(id) && this.#isWanted(known)) {
      if (isBack) known.backoff.reset()
      if (isBack || isNew || known.retry === undefined) this.#soon(known, peer)
    }
    return known
  }

  /** Dials soon; a retry that is due earlier stays. */
  #soon(known: Known, peer: string): void {
    const now = this.#init.clock.monotonic()
    const at = Math.max(now + this.#dialDelay(peer), known.triedAt + this.#init.limits.retryMin)
    if (known.retry === undefined || at < known.retryAt) this.#schedule(known, at - now)
  }

  /**
   * Two peers discover each other at once; the one with the greater PeerId waits for the other's dial. Nobody dials a
   * node that does not listen, such as that of one command: it need not wait.
   */
  #dialDelay(peer: string): number {
    const { libp2p } = this.#init
    if (libp2p.peerId.toString() < peer || libp2p.getMultiaddrs().length === 0) return 0
    return SIMULTANEOUS_DIAL_DELAY
  }

  /** libp2p's peer store removes no peer by itself: strangers would fill the memory (docs/network.md trap 3). */
  #removed(known: Known): void {
    const { id } = known
    this.#turns.drop(known)
    this.#init.libp2p.peerStore.delete(id).catch((error: unknown) => {
      this.#init.log.debug(`cannot remove ${id} from the peer store: ${describeError(error)}`)
    })
  }

  #schedule(known: Known, wait: number): void {
    if (this.#stopping.signal.aborted || known.dialling) return
    known.retry?.()
    known.retryAt = this.#init.clock.monotonic() + wait
    known.retry = this.#init.clock.after(wait, () => {
      known.retry = undefined
      this.#try(known)
    })
  }

  #try(known: Known): void {
    if (this.#isDirect(known.id) || !this.#isWanted(known) || this.#known.removeUnseen(known)) return
    this.#turns.wait(known)
  }

  /** Its turn has come. */
  #begin(known: Known): Promise<boolean> | undefined {
    if (this.#isDirect(known.id) || !this.#isWanted(known)) return undefined
    const ordered = this.#dial.ordered(known)
    const addresses = this.#dial.allowed(known, ordered)
    if (addresses.length === 0 && ordered.length > 0) {
      this.#schedule(known, HELD_BACK * (1 + this.#init.random()))
      return undefined
    }
    known.dialling = true
    known.triedAt = this.#init.clock.monotonic()
    return this.#dial
      .now(known, addresses, this.#stopping.signal)
      .finally(() => {
        known.dialling = false
      })
      .then(
        () => true,
        (error: unknown) => {
          this.#failed(known, error)
          return false
        }
      )
  }

  #failed(known: Known, error: unknown): void {
    const peer = known.id.toString()
    // It may have been removed meanwhile.
    if (this.#stopping.signal.aborted || this.#known.get(peer) !== known) return
    if (this.#isDirect(known.id) || !this.#isWanted(known) || this.#known.removeUnseen(known)) return
    const wait = this.#wait(known)
    this.#init.log.debug(
      `cannot reach ${peer}, next try in ${Math.round(wait / 1000)} s: ${describeError(error)}`
    )
    this.#schedule(known, wait)
  }

  #onOpen(connection: Connection): void {
    const peer = connection.remotePeer.toString()
    const known = this.#known.get(peer) ?? this.#known.admit(connection.remotePeer, peer)
    known.seenAt = this.#init.clock.monotonic()
    this.#choice.opened(connection)
    // Over a circuit a direct connection is still wanted.
    if (!isDirect(connection)) {
      if (!this.#isDirect(known.id)) this.#schedule(known, IDENTIFIED)
      return
    }
    known.isReached = true
    known.backoff.reset()
    known.retry?.()
    known.retry = undefined
    if (connection.direction === 'outbound') this.#dial.placeReached(connection.remoteAddr)
  }

  #onClose(connection: Connection): void {
    this.#choice.closed(connection)
    const known = this.#known.get(connection.remotePeer.toString())
    if (known === undefined || !isDirect(connection) || this.#isDirect(known.id)) return
    known.seenAt = this.#init.clock.monotonic()
    if (this.#isWanted(known)) this.#schedule(known, this.#wait(known))
    else void this.#forgetUnreachable(known)
  }

  async #forgetUnreachable(known: Known): Promise<void> {
    const { addresses } = await this.#init.libp2p.peerStore.get(known.id).catch(() => ({ addresses: [] }))
    if (addresses.length === 0) this.#known.removeUnreachable(known)
  }

  /** Milliseconds until the next dial; peers of the book and those with a longer connection are dialled more often. */
  #wait(known: Known): number {
    const { retryMax, strangerRetryMax } = this.#init.limits
    const max = this.#init.inBook(known.id.toString()) ? retryMax : strangerRetryMax
    return known.backoff.next(this.#connections(known.id).length > 0 ? Math.min(max, SHORTER_MAX) : max)
  }

  /**
   * Whether a direct connection is to be made: an address is known that can be dialled, or the peer may say one over a
   * longer path.
   */
  #isWanted(known: Known): boolean {
    return (
      known.addresses.values().some((address) => this.#init.canDial(address)) ||
      this.#connections(known.id).length > 0
    )
  }

  #isDirect(id: PeerId): boolean {
    return this.#connections(id).some(isDirect)
  }

  #connections(id: PeerId): Connection[] {
    return openConnections(this.#init.libp2p, id)
  }

  /** An exception in a libp2p listener would end the process (docs/network.md trap 9). */
  #guarded(work: (connection: Connection) => void): (event: CustomEvent<Connection>) => void {
    return (event) => {
      try {
        work(event.detail)
      } catch (error) {
        this.#init.log.error(`auto-dialer: ${describeError(error)}`)
      }
    }
  }
}

function first<K>(map: Map<K, unknown>): K {
  const [key] = map.keys()
  return key as K
}
