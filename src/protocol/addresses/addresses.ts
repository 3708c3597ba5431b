import type { Connection, IdentifyResult, Libp2p, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { type Clock, withDeadline } from '../../clock.ts'
import { isDirect } from '../../direct.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'
import { TokenBuckets } from '../token-bucket.ts'
import { decodeTold, encodeTold } from './codec.ts'
import { ADDRESSES_PROTOCOL } from './constants.ts'
import type { AddressesLimits } from './limits.ts'
import { OneFrameStream } from './one-frame.ts'
import { TellAnew } from './tell-anew.ts'

export interface AddressesInit {
  readonly limits: AddressesLimits
  /** Whether exchanges of others are taken. */
  readonly isOffered: boolean
}

export interface AddressesComponents {
  readonly network: Pick<
    Libp2p,
    'handle' | 'unhandle' | 'addEventListener' | 'removeEventListener' | 'getConnections'
  >
  readonly clock: Clock
  readonly log: Log
  /** Whether a peer is in the book, and not denied. */
  readonly isKnown: (peer: string) => boolean
  /** All addresses of this node, without the PeerId. */
  readonly own: () => readonly Multiaddr[]
  /** Takes what a peer of the book told. */
  readonly told: (peer: string, addresses: readonly Multiaddr[]) => void
}

/** Streams of one connection that are answered at a time. */
const MAX_STREAMS = 2

/** Tells peers of the book where this node is, over whatever connection, and takes where they are. */
export class Addresses implements Startable {
  readonly name = 'addresses'
  readonly #init: AddressesInit
  readonly #components: AddressesComponents
  readonly #rates: TokenBuckets
  readonly #tellAnew: TellAnew
  readonly #counters = new Map<string, number>()
  readonly #stopping = new AbortController()

  constructor(components: AddressesComponents, init: AddressesInit) {
    const { rate, burst, callers, check } = init.limits
    this.#init = init
    this.#components = components
    this.#rates = new TokenBuckets(components.clock, { rate, burst, names: callers })
    this.#tellAnew = new TellAnew({
      ...components,
      check,
      capacity: callers,
      connections: () => components.network.getConnections(),
      exchange: (connection) => this.exchange(connection, this.#stopping.signal)
    })
  }

  /** `asked`, `answered`, `refused`: how often, since the start. */
  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters)
  }

  async start(): Promise<void> {
    const { network } = this.#components
    network.addEventListener('peer:identify', this.#identified)
    if (!this.#init.isOffered) return
    this.#tellAnew.start()
    await network.handle(ADDRESSES_PROTOCOL, this.#handle, {
      maxInboundStreams: MAX_STREAMS,
      runOnLimitedConnection: true
    })
  }

  async stop(): Promise<void> {
    const { network, log } = this.#components
    this.#stopping.abort(new NodeError('closing', 'the node stops'))
    network.removeEventListener('peer:identify', this.#identified)
    this.#tellAnew.stop()
    if (this.#init.isOffered)
      await network.unhandle(ADDRESSES_PROTOCOL).catch((error: unknown) => log.debug(describeError(error)))
  }

  /**
   * Exchanges addresses with the peer of a connection.
   * @returns where it says it is: its word; nothing of a peer outside the book
   * @throws NodeError 'deadline', 'bad-frame', 'link-broken'; the signal's reason
   */
  async exchange(connection: Connection, signal: AbortSignal): Promise<readonly Multiaddr[]> {
    const { clock, own, isKnown } = this.#components
    const { deadline } = this.#init.limits
    const peer = connection.remotePeer.toString()
    if (!isKnown(peer)) return []
    this.#count('asked')
    let sent: readonly Multiaddr[] = []
    const work = async (inner: AbortSignal): Promise<Multiaddr[]> => {
      const stream = await connection.newStream(ADDRESSES_PROTOCOL, {
        signal: inner,
        runOnLimitedConnection: true
      })
      const frames = new OneFrameStream(stream, clock, deadline)
      sent = own()
      await frames.send(encodeTold(sent))
      return decodeTold(await frames.received)
    }
    const both = AbortSignal.any([signal, this.#stopping.signal])
    const addresses = await withDeadline(clock, deadline, `the addresses of ${peer}`, work, both)
    this.#tellAnew.told(peer, sent)
    this.#components.told(peer, addresses)
    return addresses
  }

  /**
   * Over a direct connection at once, by its opener: later one side may have to be dialled elsewhere. Over a longer one
   * whoever looks for a shorter path asks. What changes later is told by TellAnew. Never throws: it is called by libp2p (docs/network.md trap 9).
   */
  readonly #identified = ({ detail }: CustomEvent<IdentifyResult>): void => {
    const { connection, protocols } = detail
    if (connection.direction !== 'outbound' || !isDirect(connection)) return
    if (!protocols.includes(ADDRESSES_PROTOCOL)) return
    this.exchange(connection, this.#stopping.signal).catch((error: unknown) =>
      this.#components.log.debug(`addresses of ${connection.remotePeer}: ${describeError(error)}`)
    )
  }

  /** Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  readonly #handle = (stream: Stream, connection: Connection): void => {
    this.#answer(stream, connection).catch((error: unknown) =>
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    )
  }

  async #answer(stream: Stream, { remotePeer }: Connection): Promise<void> {
    const { clock, own, isKnown, told } = this.#components
    const peer = remotePeer.toString()
    // Before anything is read, so that nothing depends on what there is to tell.
    if (!isKnown(peer) || !this.#rates.take(peer)) {
      this.#count('refused')
      throw new NodeError('denied', 'addresses are exchanged with peers of the book')
    }
    const frames = new OneFrameStream(stream, clock, this.#init.limits.deadline)
    const addresses = decodeTold(await frames.received)
    told(peer, addresses)
    const sent = own()
    await frames.send(encodeTold(sent))
    this.#tellAnew.told(peer, sent)
    this.#count('answered')
  }

  #count(what: string): void {
    this.#counters.set(what, (this.#counters.get(what) ?? 0) + 1)
  }
}
