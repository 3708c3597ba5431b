import type { Connection, Stream } from '@libp2p/interface'
import { OnDemand } from '../../on-demand.ts'
import type { Startable } from '../../startable.ts'
import type { Circuits } from './circuits.ts'
import type { ViaComponents, ViaInit } from './components.ts'
import { VIA_PROTOCOL } from './constants.ts'

/** Circuits through neighbours. The code that opens, carries and takes them is loaded for the first one. */
export class Via implements Startable {
  readonly name = 'via'
  readonly #components: ViaComponents
  readonly #init: ViaInit
  readonly #circuits: OnDemand<Circuits>
  #isStopping = false

  constructor(components: ViaComponents, init: ViaInit) {
    this.#components = components
    this.#init = init
    this.#circuits = new OnDemand(async () => {
      const { Circuits } = await import('./circuits.ts')
      if (this.#isStopping) throw new Error('the node stops')
      return new Circuits(components, init)
    })
  }

  async start(): Promise<void> {
    if (!this.#init.isOffered) return
    const { circuits, inbound } = this.#init.limits
    const options = { maxInboundStreams: circuits + inbound, maxOutboundStreams: circuits + inbound }
    await this.#components.network.handle(VIA_PROTOCOL, this.#onStream, options)
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#circuits.made?.stop()
    await this.#components.network.unhandle(VIA_PROTOCOL)
  }

  /**
   * Monotonic, except `circuits` (carried now), `held` (bytes of memory that their waiting bytes take now) and `ends`
   * (that end here now).
   */
  get counters(): Readonly<Record<string, number>> {
    const none = { opened: 0, failed: 0, accepted: 0, carried: 0, bytes: 0, circuits: 0, held: 0, ends: 0 }
    return this.#circuits.made?.counters ?? none
  }

  /** The hops of a circuit from us to the other end; undefined for any other connection. */
  pathOf(connection: Connection): readonly string[] | undefined {
    return this.#circuits.made?.pathOf(connection)
  }

  /**
   * A connection to `peer` through the hops of `path`, the first of which is connected directly; one that stands is
   * used again.
   * @throws NodeError via-refused, via-failed, bad-path; the signal's reason
   */
  async openVia(path: readonly string[], peer: string, signal: AbortSignal): Promise<Connection> {
    return await (await this.#circuits.get()).openVia(path, peer, signal)
  }

  /** What arrives meanwhile stays in the stream; more than 1 MiB of it resets the stream. */
  readonly #onStream = (stream: Stream, connection: Connection): void => {
    this.#circuits.get().then(
      (circuits) => circuits.onStream(stream, connection),
      (error: unknown) => stream.abort(error as Error)
    )
  }
}
