import type { Connection, PeerId, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { TokenBucket } from '../../token-bucket.ts'
import { MAX_ADDRESSES } from './constants.ts'
import type { DhtLimits } from './limits.ts'

export interface ServerLinksComponents {
  readonly clock: Clock
  /** An open connection to a peer. */
  readonly connection: (peer: string) => Connection | undefined
  /** Of the addresses that a server told, those that may be dialled. */
  readonly dialable: (peer: string, addresses: readonly Multiaddr[]) => readonly Multiaddr[]
  /** Each address has a deadline of its own. */
  readonly dial: (peer: string, addresses: readonly Multiaddr[], signal: AbortSignal) => Promise<Connection>
}

interface StreamOptions {
  readonly signal?: AbortSignal
}

/**
 * In place of libp2p's connection manager for kad-dht, which dials each peer that an answer names by its PeerId. Ours
 * dials the addresses that servers told, as far as they may be dialled and the budget of the minute allows.
 */
export class ServerLinks {
  readonly #components: ServerLinksComponents
  readonly #dials: TokenBucket
  readonly #heard: BoundedMap<string, readonly Multiaddr[]>
  /** Questions asked, and servers dialled for them. */
  readonly counters = { asked: 0, dialled: 0 }

  constructor(
    components: ServerLinksComponents,
    { dialsPerMinute, heard }: Pick<DhtLimits, 'dialsPerMinute' | 'heard'>
  ) {
    this.#components = components
    this.#dials = new TokenBucket({ perSecond: dialsPerMinute / 60, burst: dialsPerMinute })
    this.#heard = new BoundedMap(heard)
  }

  /** Remembers the addresses of a server as another one told them. */
  hear(peer: PeerId, addresses: readonly Multiaddr[]): void {
    const dialable = this.#components.dialable(peer.toString(), addresses.slice(0, MAX_ADDRESSES))
    if (dialable.length > 0) this.#heard.set(peer.toString(), dialable)
  }

  /** What kad-dht asks before it queries a peer that was named. */
  async isDialable(addresses: Multiaddr | readonly Multiaddr[]): Promise<boolean> {
    const all = Array.isArray(addresses) ? (addresses as readonly Multiaddr[]) : [addresses as Multiaddr]
    return this.#components.dialable('', all).length > 0
  }

  /** @throws NodeError 'unreachable'; what the dial and the stream throw */
  async openStream(peer: PeerId, protocol: string, { signal }: StreamOptions = {}): Promise<Stream> {
    const connection = await this.connect(peer, signal)
    this.counters.asked++
    return await connection.newStream(protocol, signal === undefined ? {} : { signal })
  }

  /** @throws NodeError 'unreachable'; what the dial throws */
  async connect(peer: PeerId, signal: AbortSignal = new AbortController().signal): Promise<Connection> {
    const { connection, clock, dial } = this.#components
    const open = connection(peer.toString())
    if (open !== undefined) return open
    const addresses = this.#heard.get(peer.toString())
    if (addresses === undefined)
      throw new NodeError('unreachable', 'no address of this server of the DHT may be dialled')
    if (!this.#dials.take(clock.monotonic()))
      throw new NodeError('unreachable', 'the dials of this minute are used up (limits.dht.dialsPerMinute)', {
        remedy: 'retry'
      })
    this.counters.dialled++
    return await dial(peer.toString(), addresses, signal)
  }
}
