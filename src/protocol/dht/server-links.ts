import type { Connection, PeerId, PeerInfo, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { BoundedMap } from '../../bounded-map.ts'
import { abortable, type Clock } from '../../clock.ts'
import { remoteSource } from '../../direct.ts'
import { NodeError } from '../../error.ts'
import { TokenBucket } from '../../token-bucket.ts'
import { abortAfter } from '../abort-after.ts'
import { TokenBuckets } from '../token-bucket.ts'
import { boundBytes } from './bound-bytes.ts'
import { MAX_ADDRESSES } from './constants.ts'
import type { DhtLimits } from './limits.ts'
import { inTurn, type Told, withoutAddresses, withWord } from './told.ts'

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
  readonly #stopping: AbortSignal
  readonly #dials: TokenBucket
  readonly #dialsForTable: TokenBucket
  readonly #failures: TokenBuckets
  readonly #heard: BoundedMap<string, Told>
  /** By server; each ends by the deadlines of its addresses. */
  readonly #dialling = new Map<string, { readonly teller: string; readonly ended: Promise<void> }>()
  /** Questions asked, servers dialled for them, and those of them that were not reached. */
  readonly counters = { asked: 0, dialled: 0, failed: 0 }

  /** @param stopping ends the dials underway */
  constructor(components: ServerLinksComponents, limits: Limits, stopping: AbortSignal) {
    const { dialsPerMinute, heard } = limits
    this.#components = components
    this.#limits = limits
    this.#stopping = stopping
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

  /** Who tells: the machine that an answer came from, which may have any number of PeerIds. */
  tellerOf(server: PeerId): string {
    const connection = this.#components.connection(server.toString())
    return connection === undefined ? 'nobody connected' : (remoteSource(connection) ?? server.toString())
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
    abortAfter(stream, clock, this.#limits.lookup, new Error('the server does not end the stream'))
    return stream
  }

  /** As connect(), to look whether a server belongs into the table. @throws as connect() */
  async connectForTable(peer: PeerId, signal?: AbortSignal): Promise<Connection> {
    return await this.connect(peer, signal, this.#dialsForTable)
  }

  /**
   * @param share of the dials of a minute, for what asks for it
   * @throws NodeError 'unreachable'; what the dial throws; the signal's reason
   */
  async connect(
    peer: PeerId,
    signal: AbortSignal = new AbortController().signal,
    share?: TokenBucket
  ): Promise<Connection> {
    const name = peer.toString()
    const { clock, connection } = this.#components
    for (;;) {
      signal.throwIfAborted()
      const open = connection(name)
      if (open !== undefined) return open
      const told = this.#heard.get(name)
      if (told === undefined)
        throw new NodeError('unreachable', 'no address of this server of the DHT may be dialled')
      const underway = this.#dialling.get(name)
      const teller = underway === undefined ? this.#freeTeller(told) : undefined
      if (teller !== undefined) {
        if (share?.take(clock.monotonic()) === false) throw usedUp()
        return await abortable(this.#dial(name, told, teller), signal)
      }
      const ending = underway === undefined ? this.#endingOf(told) : [underway.ended]
      if (ending.length === 0) throw usedUp()
      await abortable(Promise.race(ending), signal)
    }
  }

  /** Goes on when who asked for it waits no longer: how it ends says whether the server is there. */
  #dial(name: string, told: Told, teller: string): Promise<Connection> {
    const addresses = inTurn(told)
    this.#dials.take(this.#components.clock.monotonic())
    this.counters.dialled++
    const dial = this.#components
      .dial(name, addresses, this.#stopping)
      .catch((error: unknown) => {
        this.#failed(name, teller, addresses)
        throw error
      })
      .finally(() => this.#dialling.delete(name))
    this.#dialling.set(name, { teller, ended: dial.then(noop, noop) })
    return dial
  }

  #failed(name: string, teller: string, addresses: readonly Multiaddr[]): void {
    this.counters.failed++
    this.#failures.take(teller)
    // Others may have told another place meanwhile.
    const others = withoutAddresses(this.#heard.get(name) ?? new Map(), addresses)
    if (others.size > 0) this.#heard.set(name, others)
    else this.#heard.delete(name)
  }

  /** Who answers for a dial, counting those underway as failed; undefined where none may. */
  #freeTeller(told: Told): string | undefined {
    if (!this.#dials.has(this.#components.clock.monotonic())) return undefined
    const underway = [...this.#dialling.values()]
    const of = (teller: string): number => underway.filter((one) => one.teller === teller).length
    return [...told.keys()].find((teller) => this.#failures.has(teller, of(teller) + 1))
  }

  /** The dials underway after which another may begin. */
  #endingOf(told: Told): Promise<void>[] {
    if (!this.#dials.has(this.#components.clock.monotonic())) return []
    return [...this.#dialling.values()]
      .filter(({ teller }) => told.has(teller) && this.#failures.has(teller))
      .map(({ ended }) => ended)
  }
}

function noop(): void {}

function usedUp(): NodeError {
  return new NodeError('unreachable', 'the dials of this minute are used up (limits.dht.dialsPerMinute)', {
    remedy: 'retry'
  })
}
