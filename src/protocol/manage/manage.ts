import type { Connection, Stream } from '@libp2p/interface'
import { describeError, NodeError } from '../../error.ts'
import { OnDemand } from '../../on-demand.ts'
import type { Startable } from '../../startable.ts'
import type { ManageAsker } from './asker.ts'
import type { ManageRequest } from './codec.ts'
import type { ManageComponents, ManageInit } from './components.ts'
import { MANAGE_PROTOCOL, MAX_STREAMS } from './constants.ts'
import type { ManageServer } from './server.ts'

/** Answers those who may configure this node, and asks others. The code of both is loaded for the first request. */
export class Manage implements Startable {
  readonly name = 'manage'
  readonly #components: ManageComponents
  readonly #init: ManageInit
  readonly #server: OnDemand<ManageServer>
  readonly #asker: OnDemand<ManageAsker>
  readonly #stopping = new AbortController()

  constructor(components: ManageComponents, init: ManageInit) {
    this.#components = components
    this.#init = init
    const { signal } = this.#stopping
    this.#server = new OnDemand(async () => {
      const { ManageServer } = await import('./server.ts')
      signal.throwIfAborted()
      return new ManageServer(components, init.limits, signal)
    })
    this.#asker = new OnDemand(async () => {
      const { ManageAsker } = await import('./asker.ts')
      return new ManageAsker(components.clock, init.limits)
    })
  }

  /** `answered`, `denied`, `refused`: how often, since the start. */
  get counters(): Readonly<Record<string, number>> {
    return this.#server.made?.counters ?? {}
  }

  async start(): Promise<void> {
    if (!this.#init.isOffered) return
    await this.#components.network.handle(MANAGE_PROTOCOL, this.#onStream, {
      // Those beyond are answered that they are too many.
      maxInboundStreams: 2 * MAX_STREAMS,
      runOnLimitedConnection: true
    })
  }

  async stop(): Promise<void> {
    const { network, log } = this.#components
    this.#stopping.abort(new NodeError('closing', 'the node stops'))
    if (this.#init.isOffered)
      await network.unhandle(MANAGE_PROTOCOL).catch((error: unknown) => log.debug(describeError(error)))
  }

  /**
   * Asks over a stream of MANAGE_PROTOCOL.
   * @param label how the peer is shown
   * @returns JSON documents; they are the other node's word
   * @throws NodeError an error of its list, 'bad-frame', 'link-broken', 'deadline'; the signal's reason
   */
  async *ask(
    stream: Stream,
    label: string,
    request: ManageRequest,
    signal: AbortSignal
  ): AsyncGenerator<unknown, void, void> {
    const asker = await this.#asker.get()
    yield* asker.ask(stream, label, request, AbortSignal.any([signal, this.#stopping.signal]))
  }

  /** Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  readonly #onStream = (stream: Stream, connection: Connection): void => {
    this.#server.get().then(
      (server) => server.onStream(stream, connection),
      (error: unknown) => stream.abort(error as Error)
    )
  }
}
