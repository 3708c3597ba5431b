import type { Connection, Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../clock.ts'
import type { NodeConfig } from '../config/schema.ts'
import { defined } from '../defined.ts'
import { isDirect, remoteHost } from '../direct.ts'
import { describeError, NodeError } from '../error.ts'
import type { Log } from '../log.ts'
import type { Followed } from '../protocol/replication/index.ts'
import { parseSeries } from '../reading/series.ts'
import { NodeBook } from './api/book/node-book.ts'
import type { Beginning } from './api/following.ts'
import { follow } from './api/following.ts'
import type { Operations, PeerView, PingReply, SeriesView, Status } from './api/operations.ts'
import { type PeerEvent, peerEvents } from './api/peer-events.ts'
import { checkProtocolName, openStream } from './api/pipe.ts'
import type { HistoryRequest, HistoryRow } from './api/reading-rows.ts'
import { randomFloat } from './assembly/random.ts'
import type { NodeDatagrams } from './network/datagrams.ts'
import { NodeStream } from './network/streams/node-stream.ts'
import { StreamPlaces } from './network/streams/stream-places.ts'
import type { RunningNode } from './run-node.ts'

/** Serves one stream that another node opened. When it returns, our side of the stream is closed. */
export type ProtocolHandler = (stream: NodeStream) => void | Promise<void>

export interface HandleOptions {
  /** Whether strangers are answered too; only the book, the local network and who is granted `read` on it unless given. */
  readonly anyone?: boolean
}

export interface AskOptions {
  /** Milliseconds; 10000 unless given. */
  readonly timeout?: number
  readonly by?: 'auto' | 'stream' | 'datagram'
  readonly signal?: AbortSignal
}

export interface FollowOptions {
  /** 'now' unless given. */
  readonly from?: Beginning
  readonly what?: string
  readonly signal?: AbortSignal
}

const DEFAULT_TIMEOUT = 10_000

/** A running node, as an application sees it. WHO is a name of the book, a purpose, a PeerId or its tail, a multiaddr. */
export class Node {
  /** Our PeerId. */
  readonly peer: string
  /** The operations of the command line, in plain values. */
  readonly operations: Operations
  readonly book: NodeBook
  /** Resolves when the node has stopped. */
  readonly stopped: Promise<void>
  /** Unreliable, encrypted packets to a peer, with a protocol of your own. */
  readonly datagrams: NodeDatagrams
  readonly #running: RunningNode
  readonly #config: NodeConfig
  readonly #clock: Clock
  readonly #log: Log
  /** Of the streams that others open. */
  readonly #places: StreamPlaces

  /** @internal */
  constructor(running: RunningNode, config: NodeConfig) {
    this.peer = running.peer
    this.operations = running.operations
    this.book = new NodeBook(running.operations)
    this.stopped = running.stopped
    this.datagrams = running.assembled.datagrams
    this.#running = running
    this.#config = config
    this.#clock = running.assembled.init.world.clock
    this.#log = running.assembled.init.log
    const { open, openPerPeer } = config.limits.streams
    this.#places = new StreamPlaces({
      clock: this.#clock,
      places: open,
      perPeer: openPerPeer,
      inBook: running.assembled.peers.inBook
    })
  }

  /** Multiaddrs with our PeerId, where others can reach us. */
  get addresses(): string[] {
    return this.#running.assembled.transports.own.allWithPeer().map(String)
  }

  /**
   * Serves a protocol. Each version is handled on its own; the peer that opens a stream lists those it speaks, and
   * the first that both speak is used.
   * @throws NodeError 'protocol-name', 'protocol-taken'
   */
  async handle(protocol: string, handler: ProtocolHandler, options: HandleOptions = {}): Promise<void> {
    checkProtocolName(protocol)
    const { network } = this.#running.assembled.transports
    if (network.getProtocols().includes(protocol))
      throw new NodeError('protocol-taken', `${protocol} is handled already`)
    const streams = this.#config.limits.streams.perPeer
    await network.handle(
      protocol,
      (stream, connection) => this.#serve(stream, connection, handler, options),
      {
        maxInboundStreams: streams,
        maxOutboundStreams: streams,
        runOnLimitedConnection: true
      }
    )
  }

  async unhandle(protocol: string): Promise<void> {
    await this.#running.assembled.transports.network.unhandle(protocol)
  }

  /**
   * Opens a stream on the first of the protocols, given newest first, that the other side speaks.
   * @throws NodeError nobody-found, ambiguous, unreachable, 'no-common-protocol', the signal's reason
   */
  async open(
    who: string,
    protocols: readonly string[],
    options: { readonly signal?: AbortSignal } = {}
  ): Promise<NodeStream> {
    for (const protocol of protocols) checkProtocolName(protocol)
    const open = (signal: AbortSignal): Promise<NodeStream> => this.#open(who, protocols, signal)
    return await this.#withTimeout(`opening a stream to ${who}`, DEFAULT_TIMEOUT, open, options.signal)
  }

  async #open(who: string, protocols: readonly string[], signal: AbortSignal): Promise<NodeStream> {
    const { resolver } = this.#running.assembled.peerLookup
    const target = await resolver.one(who, signal)
    const connection = await resolver.connect(target, signal)
    const stream = await openStream(connection, protocols, target.peer, signal)
    return new NodeStream(stream, target.peer, this.#clock, this.#config.limits.streams)
  }

  /** The latest reading of each series that matches. @throws NodeError nobody-found, unreachable, denied … */
  ask(who: string, what?: string, options: AskOptions = {}): Promise<SeriesView[]> {
    const { timeout = DEFAULT_TIMEOUT, by = 'auto', signal } = options
    const request = { who, timeout, by, ...defined({ what }) }
    const ask = (limited: AbortSignal): Promise<SeriesView[]> => this.operations.ask(request, limited)
    return this.#withTimeout(`asking ${who}`, timeout, ask, signal)
  }

  /** First the latest of everything that matches, then every change, until the signal aborts. */
  watch(
    who: string | readonly string[] = [],
    options: { readonly what?: string; readonly signal?: AbortSignal } = {}
  ): AsyncIterable<SeriesView> {
    const { what, signal = new AbortController().signal } = options
    return this.operations.watch({ who: [who].flat(), ...defined({ what }) }, signal)
  }

  /** The past of every series that matches, in order of position. */
  history(
    who: string,
    what: string,
    options: Partial<HistoryRequest> & { readonly signal?: AbortSignal } = {}
  ): AsyncIterable<HistoryRow> {
    const { signal = new AbortController().signal, ...request } = options
    return this.operations.history({ ...request, who, what }, signal)
  }

  /**
   * Every reading of a peer exactly once and in order, those missed while either was away included, and `lost` in
   * place of those that cannot be had.
   */
  async *follow(who: string, options: FollowOptions = {}): AsyncGenerator<Followed, void, void> {
    const { signal = new AbortController().signal, from = 'now', what } = options
    const { assembled } = this.#running
    const selection = await assembled.peerLookup.resolver.selectSoon(who, what, signal)
    for (const target of selection.targets ?? [])
      assembled.peerLookup.resolver.connect(target, signal).catch(() => undefined)
    const release = [assembled.listen(), assembled.peerLookup.onConnectSync.want()]
    const { limits } = this.#config
    try {
      yield* follow(
        {
          clock: this.#clock,
          log: this.#log,
          random: () => randomFloat(assembled.init.world),
          options: limits.subscription,
          backfill: assembled.replication.backfill,
          hub: assembled.storage.hub,
          matches: (series) => {
            const parts = parseSeries(series)
            return parts !== undefined && parts.peer !== this.peer && selection.matches(parts)
          },
          from,
          max: limits.hub.series,
          queue: limits.hub.queue,
          onCatalogue: assembled.onCatalogue,
          onConnect: assembled.onConnect
        },
        signal
      )
    } finally {
      for (const end of release) end()
    }
  }

  /** Round trips, one a second; one without an answer fails after 5 s. */
  ping(who: string, count = 1, signal: AbortSignal = new AbortController().signal): AsyncIterable<PingReply> {
    return this.operations.ping({ who, count }, signal)
  }

  peers(): Promise<PeerView[]> {
    return this.operations.peers()
  }

  /**
   * First the peers that are connected, then each one that is found, connects or goes, until the signal aborts or
   * the node stops. A consumer that is slow gets the newest of each peer.
   */
  peerEvents(signal?: AbortSignal): AsyncGenerator<PeerEvent, void, void> {
    const stopped = new AbortController()
    void this.stopped.then(() => stopped.abort())
    const { transports, peers } = this.#running.assembled
    const { directory } = peers
    return peerEvents(
      {
        network: transports.network,
        labelOf: (peer) => directory.labelOf(peer),
        isKnown: (peer) => directory.isKnown(peer),
        queue: this.#config.limits.hub.queue
      },
      signal === undefined ? stopped.signal : AbortSignal.any([signal, stopped.signal])
    )
  }

  status(): Promise<Status> {
    return this.operations.status()
  }

  /** In order, within 5 s. */
  stop(): Promise<void> {
    return this.#running.stop()
  }

  #withTimeout<T>(
    what: string,
    timeout: number,
    work: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined
  ): Promise<T> {
    return withDeadline(this.#clock, timeout, what, work, signal)
  }

  /** Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  #serve(
    stream: Stream,
    connection: Connection,
    handler: ProtocolHandler,
    { anyone = false }: HandleOptions
  ): void {
    const peer = connection.remotePeer.toString()
    const caller = { peer, host: remoteHost(connection), direct: isDirect(connection) }
    const { access } = this.#running.assembled.peers
    if (!access.mayUse(caller, stream.protocol, anyone)) {
      stream.abort(new Error('only the book, the local network and who is granted the protocol are answered'))
      return
    }
    const used = this.#places.take(stream, peer)
    if (used === undefined) return
    const messages = new NodeStream(stream, peer, this.#clock, this.#config.limits.streams, used)
    const end = (): void => messages.abort(new Error('the right to use this protocol was taken away'))
    stream.addEventListener('close', access.whileUsed(caller, stream.protocol, end, anyone))
    Promise.resolve()
      .then(() => handler(messages))
      .then(() => messages.close())
      .catch((error: unknown) => {
        this.#log.warn(`the handler of ${stream.protocol} failed: ${describeError(error)}`)
        messages.abort(error instanceof Error ? error : new Error(String(error)))
      })
  }
}
