import type { Connection, PeerId, PeerInfo, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { TokenBucket } from '../../token-bucket.ts'
import { TokenBuckets } from '../token-bucket.ts'
import { boundBytes } from './bound-bytes.ts'
import { MAX_ADDRESSES } from './constants.ts'
import type { DhtLimits } from './limits.ts'
import { inTurn, type Told, withoutWords, withWord } from './told.ts'

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

type Limits = Pick<DhtLimits, 'dialsPerMinute' | 'heard' | 'lookup'>

/** Of the dials of a minute, those that may fail of servers that one host named. */
const TELLER_SHARE = 1 / 4
/** Of the dials of a minute, those for the table; the others are left to searches. */
const TABLE_SHARE = 1 / 2

/**
 * In place of libp2p's connection manager for kad-dht, which dials each peer that an answer names by its PeerId. Ours
 * dials the addresses that servers told, as far as they may be dialled and the budget of the minute allows. Whose
 * servers are not there has a share of it, so that one liar leaves the rest for what others name.
 */
export class ServerLinks {
  readonly #components: ServerLinksComponents
  readonly #limits: Limits
  readonly #dials: TokenBucket
  readonly #dialsForTable: TokenBucket
  readonly #failures: TokenBuckets
  readonly #heard: BoundedMap<string, Told>
  /** Questions asked, servers dialled for them, and those of them that were not reached. */
  readonly counters = { asked: 0, dialled: 0, failed: 0 }

  constructor(components: ServerLinksComponents, limits: Limits) {
    const { dialsPerMinute, heard } = limits
    this.#components = components
    this.#limits = limits
    this.#dials = new TokenBucket({ perSecond: dialsPerMinute / 60, burst: dialsPerMinute })
    this.#dialsForTable = new TokenBucket({
      perSecond: (dialsPerMinute / 60) * TABLE_SHARE,
      burst: Math.max(1, dialsPerMinute * TABLE_SHARE)
    })
    this.#failures = new TokenBuckets(components.clock, {
      rate: (dialsPerMinute / 60) * TELLER_SHARE,
      burst: Math.max(1, dialsPerMinute * TELLER_SHARE),
      names: heard
    })
    this.#heard = new BoundedMap(heard)
  }

  /** Servers whose addresses are remembered. */
  get size(): number {
    return this.#heard.size
  }

  /** Who tells: the host that an answer came from, which may have any number of PeerIds. */
  tellerOf(server: PeerId): string {
    const { connection } = this.#components
    const components = connection(server.toString())?.remoteAddr.getComponents() ?? []
    return components.find(({ name }) => name === 'ip4' || name === 'ip6')?.value ?? server.toString()
  }

  /** Remembers where a server is as another one told it. @returns whether it may be asked */
  hear(teller: string, { id, multiaddrs }: PeerInfo): boolean {
    const { connection, dialable } = this.#components
    const peer = id.toString()
    const addresses = dialable(peer, multiaddrs.slice(0, MAX_ADDRESSES))
    if (addresses.length > 0)
      this.#heard.set(peer, withWord(this.#heard.get(peer) ?? new Map(), teller, addresses))
    return addresses.length > 0 || connection(peer) !== undefined
  }

  /** @throws NodeError 'unreachable'; what the dial and the stream throw */
  async openStream(peer: PeerId, protocol: string, { signal }: StreamOptions = {}): Promise<Stream> {
    const { clock } = this.#components
    const connection = await this.connect(peer, signal)
    this.counters.asked++
    const stream = await connection.newStream(protocol, signal === undefined ? {} : { signal })
    boundBytes(stream)
    // kad-dht ends its side after the answer, and leaves the stream to the other one.
    const cancel = clock.after(this.#limits.lookup, () =>
      stream.abort(new Error('the server does not end the stream'))
    )
    stream.addEventListener('close', cancel, { once: true })
    return stream
  }

  /** As connect(), to look whether a server belongs into the table. @throws as connect() */
  async connectForTable(peer: PeerId, signal?: AbortSignal): Promise<Connection> {
    const isOpen = this.#components.connection(peer.toString()) !== undefined
    if (!isOpen && !this.#dialsForTable.take(this.#components.clock.monotonic())) throw usedUp()
    return await this.connect(peer, signal)
  }

  /** @throws NodeError 'unreachable'; what the dial throws */
  async connect(peer: PeerId, signal: AbortSignal = new AbortController().signal): Promise<Connection> {
    const name = peer.toString()
    const open = this.#components.connection(name)
    if (open !== undefined) return open
    const told = this.#heard.get(name)
    if (told === undefined)
      throw new NodeError('unreachable', 'no address of this server of the DHT may be dialled')
    const teller = this.#take(told)
    this.counters.dialled++
    try {
      const connection = await this.#components.dial(name, inTurn(told), signal)
      this.#failures.giveBack(teller)
      return connection
    } catch (error) {
      this.counters.failed++
      // Others may have told another place meanwhile.
      const others = withoutWords(this.#heard.get(name) ?? told, told)
      if (others.size > 0) this.#heard.set(name, others)
      else this.#heard.delete(name)
      throw error
    }
  }

  /** @returns who answers for the dial @throws NodeError 'unreachable' where none is left */
  #take(told: Told): string {
    const now = this.#components.clock.monotonic()
    const teller = this.#dials.has(now) ? [...told.keys()].find((one) => this.#failures.take(one)) : undefined
    if (teller === undefined) throw usedUp()
    this.#dials.take(now)
    return teller
  }
}

function usedUp(): NodeError {
  return new NodeError('unreachable', 'the dials of this minute are used up (limits.dht.dialsPerMinute)', {
    remedy: 'retry'
  })
}
