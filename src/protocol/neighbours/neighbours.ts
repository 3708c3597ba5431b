import type { Connection, Stream } from '@libp2p/interface'
import { describeError, NodeError } from '../../error.ts'
import { OnDemand } from '../../on-demand.ts'
import type { Startable } from '../../startable.ts'
import { AdjacentPeers } from './adjacent-peers.ts'
import type { NeighboursComponents, NeighboursInit } from './components.ts'
import { NEIGHBOURS_PROTOCOL } from './constants.ts'
import type { Exchange } from './exchange.ts'
import type { Path } from './finder.ts'
import type { DistantPeer } from './survey.ts'

/** Streams of one connection that are answered: the newer replaces one that breaks. */
const MAX_STREAMS = 2

/**
 * Tells neighbours whom this node is connected with, and asks them the same. Nothing is asked unless it is wanted; the
 * code that asks and answers is loaded for the first question.
 */
export class Neighbours implements Startable {
  readonly name = 'neighbours'
  readonly #components: NeighboursComponents
  readonly #init: NeighboursInit
  readonly #adjacent: AdjacentPeers
  readonly #exchange: OnDemand<Exchange>
  #isStopping = false

  constructor(components: NeighboursComponents, init: NeighboursInit) {
    this.#components = components
    this.#init = init
    this.#adjacent = new AdjacentPeers({ ...components, factsOf: components.callerOf })
    this.#exchange = new OnDemand(async () => {
      const { Exchange } = await import('./exchange.ts')
      if (this.#isStopping) throw new NodeError('closing', 'the node stops')
      return new Exchange(components, init, this.#adjacent)
    })
  }

  /** `list`, `find`, `forwarded`, `asked`, `error-busy` …: how often, since the start. */
  get counters(): Readonly<Record<string, number>> {
    return this.#exchange.made?.counters ?? {}
  }

  async start(): Promise<void> {
    await this.#adjacent.start()
    if (!this.#init.isListed) return
    await this.#components.network.handle(NEIGHBOURS_PROTOCOL, this.#onStream, {
      maxInboundStreams: MAX_STREAMS,
      runOnLimitedConnection: true
    })
  }

  async stop(): Promise<void> {
    const { network, log } = this.#components
    this.#isStopping = true
    this.#adjacent.stop()
    this.#exchange.made?.stop()
    if (this.#init.isListed)
      await network.unhandle(NEIGHBOURS_PROTOCOL).catch((error: unknown) => log.debug(describeError(error)))
  }

  /**
   * Peers that neighbours see and this node does not. Asks at most 8 neighbours within a second; answers are used
   * for 30 s.
   * @param absent peers that are searched where no neighbour lists them
   */
  async distantPeers(absent: readonly string[], signal: AbortSignal): Promise<DistantPeer[]> {
    if (this.#adjacent.all().length === 0) return []
    return await (await this.#exchange.get()).distantPeers(absent, signal)
  }

  /**
   * The peers between here and another one, in order; at most 3 paths of at most 3 peers, shortest first. They are
   * hints: none is verified.
   * @param onAsked is called with each neighbour that is asked
   * @returns the empty path where a connection is open; nothing where no neighbour sees it
   */
  async findPaths(peer: string, signal: AbortSignal, onAsked?: (neighbour: string) => void): Promise<Path[]> {
    return await (await this.#exchange.get()).findPaths(peer, signal, onAsked)
  }

  /** No connection could be made over a path of findPaths(). A neighbour whose paths fail is asked last. */
  pathFailed(path: Path): void {
    this.#exchange.made?.pathFailed(path)
  }

  /** What arrives meanwhile stays in the stream; more than 1 MiB of it resets the stream. */
  readonly #onStream = (stream: Stream, connection: Connection): void => {
    this.#exchange.get().then(
      (exchange) => exchange.onStream(stream, connection),
      (error: unknown) => stream.abort(error as Error)
    )
  }
}
