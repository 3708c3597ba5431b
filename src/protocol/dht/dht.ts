import type { Connection, IdentifyResult } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Cancel, Clock } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'
import { TokenBuckets } from '../token-bucket.ts'
import { FINDABLE_PROTOCOL } from './constants.ts'
import type { KadComponents } from './kad.ts'
import type { Kad } from './kad-client.ts'
import type { DhtLimits } from './limits.ts'
import { lookUp } from './look-up.ts'
import { PeerRoles } from './peer-roles.ts'
import { ServerLinks, type ServerLinksComponents } from './server-links.ts'
import { withEnd } from './with-end.ts'

export interface DhtInit {
  readonly limits: DhtLimits
  /** Addresses with PeerIds, as a person wrote them. */
  readonly bootstrap: readonly Multiaddr[]
  readonly serve: boolean
  /** Whether servers may tell others of this node. */
  readonly isFindable: boolean
}

export interface DhtComponents extends ServerLinksComponents {
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  readonly libp2p: KadComponents
  /** Whether others may hear of a peer at all: it is not denied. */
  readonly mayTell: (peer: string) => boolean
  readonly ping: (connection: Connection, signal: AbortSignal) => Promise<number>
}

/** What a person sees of it. */
export interface DhtStatus {
  readonly mode: 'client' | 'server'
  /** Servers in the routing table. */
  readonly servers: number
  readonly bootstrap: { readonly configured: number; readonly connected: number }
}

interface Bootstrap {
  readonly peer: string
  readonly addresses: Multiaddr[]
  failures: number
}

/** Milliseconds between two looks at bootstrap peers that are connected. */
const CHECK = 15_000

/** Joins a DHT by its bootstrap peers, and searches addresses of peers in it. */
export class Dht implements Startable {
  readonly name = 'dht'
  readonly #components: DhtComponents
  readonly #init: DhtInit
  readonly #bootstraps: readonly Bootstrap[]
  readonly #stopping = new AbortController()
  readonly #timers = new Map<string, Cancel>()
  readonly #links: ServerLinks
  readonly #counted = { searched: 0, found: 0, answered: 0, refused: 0 }
  readonly #roles: PeerRoles
  #kad: Kad | undefined

  constructor(components: DhtComponents, init: DhtInit) {
    this.#components = components
    this.#init = init
    this.#bootstraps = byPeer(init.bootstrap)
    this.#links = new ServerLinks(components, init.limits, this.#stopping.signal)
    this.#roles = new PeerRoles(init.limits.heard, (peer) => components.connection(peer) !== undefined)
    components.libp2p.events.addEventListener('peer:identify', this.#identified)
  }

  /** Loads kad-dht. @throws NodeError 'internal' where it has other insides */
  async start(): Promise<void> {
    const { clock, libp2p, mayTell, ping } = this.#components
    const { limits, serve, isFindable } = this.#init
    const { createKad } = await import('./kad.ts')
    const rates = new TokenBuckets(clock, {
      rate: limits.askRate,
      burst: limits.askBurst,
      names: limits.callers
    })
    this.#kad = createKad({
      ...libp2p,
      links: this.#links,
      clock,
      serve,
      joining: limits.joining,
      lookup: limits.lookup,
      isServer: (peer) => this.#roles.isServer(peer),
      isServerInTheEnd: (peer, signal) => this.#roles.isServerInTheEnd(peer, signal),
      mayAsk: (caller) => {
        const may = rates.take(caller)
        this.#counted[may ? 'answered' : 'refused']++
        return may
      },
      // Servers are told on the way to any key; a client that wants to be found only to who asks for it by its PeerId.
      mayTell: (peer, isSought) =>
        mayTell(peer) && (this.#roles.isServer(peer) || (isSought && this.#roles.isFindable(peer))),
      ping
    })
    if (isFindable)
      await libp2p.registrar.handle(FINDABLE_PROTOCOL, (stream) =>
        stream.abort(new Error('nothing is said here'))
      )
    this.#kad.routingTable.addEventListener('peer:add', () => {
      if (this.#kad?.routingTable.size === 1) void this.#introduce()
    })
    await this.#kad.start()
    for (const bootstrap of this.#bootstraps) void this.#keep(bootstrap)
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the node stops'))
    for (const cancel of this.#timers.values()) cancel()
    this.#components.libp2p.events.removeEventListener('peer:identify', this.#identified)
    await this.#kad?.stop()
    if (this.#init.isFindable) await this.#components.libp2p.registrar.unhandle(FINDABLE_PROTOCOL)
  }

  readonly #identified = ({ detail }: CustomEvent<IdentifyResult>): void => {
    this.#roles.set(detail.peerId.toString(), detail.protocols)
  }

  /**
   * Searches and those that found something; questions to servers and dials for them; questions answered and refused.
   * Of now: `heard`, servers whose addresses are remembered, and `roles`, peers of which it is known what they are.
   */
  get counters(): Readonly<Record<string, number>> {
    const ofNow = { heard: this.#links.size, roles: this.#roles.size }
    return { ...this.#counted, ...this.#links.counters, ...ofNow }
  }

  get status(): DhtStatus {
    const { connection } = this.#components
    return {
      mode: this.#init.serve ? 'server' : 'client',
      servers: this.#kad?.routingTable.size ?? 0,
      bootstrap: {
        configured: this.#bootstraps.length,
        connected: this.#bootstraps.filter(({ peer }) => connection(peer) !== undefined).length
      }
    }
  }

  /**
   * Addresses of a peer, as one server of the DHT told them and then another: hints, which decide nothing.
   * @throws NodeError 'not-found', 'deadline'; the signal's reason
   */
  async *find(peer: string, signal: AbortSignal): AsyncGenerator<readonly Multiaddr[]> {
    const kad = this.#kad
    if (kad === undefined) throw new NodeError('not-found', 'not started')
    if (this.status.servers === 0)
      throw new NodeError('not-found', 'no server of it is connected (dht.bootstrap in the configuration)')
    this.#counted.searched++
    const words = withEnd(
      this.#components.clock,
      this.#init.limits.lookup,
      'search',
      (limited) => lookUp(kad, peer, limited),
      signal
    )
    let isFound = false
    for await (const addresses of words) {
      if (!isFound) this.#counted.found++
      isFound = true
      yield addresses
    }
  }

  /** Connects with a bootstrap peer, now and whenever it is lost. */
  async #keep(bootstrap: Bootstrap): Promise<void> {
    const { connection, dial, log, clock } = this.#components
    const { peer, addresses } = bootstrap
    const { signal } = this.#stopping
    if (signal.aborted) return
    try {
      const isNew = connection(peer) === undefined
      if (isNew) await dial(peer, addresses, signal)
      bootstrap.failures = 0
      if (isNew) void this.#introduce()
    } catch (error) {
      if (signal.aborted) return
      if (bootstrap.failures++ === 0)
        log.warn('a bootstrap peer of the DHT is not reached; it is dialled again', {
          peer,
          error: describeError(error)
        })
    }
    if (signal.aborted) return
    this.#timers.set(
      peer,
      clock.after(this.#wait(bootstrap), () => void this.#keep(bootstrap))
    )
  }

  #wait({ failures }: Bootstrap): number {
    if (failures === 0) return CHECK
    const { retryMin, retryMax } = this.#init.limits
    const wait = Math.min(retryMax, retryMin * 2 ** Math.min(failures - 1, 30))
    return wait * (0.75 + this.#components.random() / 2)
  }

  /** Looks for this node itself: the servers that are asked learn of it, and it of them. */
  async #introduce(): Promise<void> {
    const self = this.#components.libp2p.peerId.toMultihash().bytes
    try {
      // It ends by limits.dht.lookup, as every search of this kad-dht does (kad-client.ts).
      for await (const _ of this.#kad?.getClosestPeers(self, { signal: this.#stopping.signal }) ?? []);
    } catch {
      // The next search meets the same servers.
    }
  }
}

function byPeer(addresses: readonly Multiaddr[]): Bootstrap[] {
  const all = new Map<string, Bootstrap>()
  for (const address of addresses) {
    const peer = address.getComponents().findLast(({ name }) => name === 'p2p')?.value
    if (peer === undefined) continue
    const known = all.get(peer)
    if (known === undefined) all.set(peer, { peer, addresses: [address], failures: 0 })
    else known.addresses.push(address)
  }
  return [...all.values()]
}
