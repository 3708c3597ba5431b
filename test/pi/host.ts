import { createNode, type Node, type SeriesView } from '../../src/index.ts'
import { until } from './until.ts'

// The board is up to a hundred times slower than this machine: nothing of it is given up for that.
const PATIENT = {
  network: {
    handshakeTimeout: '1min',
    identifyTimeout: '1min',
    addressDialTimeout: '1min',
    dialTimeout: '5min',
    pingInterval: '10min',
    gossipCheck: '10min'
  }
}

/** A kith on this machine that follows the board's. */
export class Host {
  readonly #node: Node
  readonly #ended = new AbortController()
  readonly #latest = new Map<string, SeriesView>()
  #fault: unknown

  private constructor(node: Node) {
    this.#node = node
  }

  /** @param port of 127.0.0.1, where the board's node is reached */
  static async start(home: string, peer: string, port: number): Promise<Host> {
    const listen = ['/ip4/127.0.0.1/tcp/0']
    const config = { name: 'host', listen, mdns: false, datagrams: { enabled: false }, limits: PATIENT }
    const host = new Host(await createNode({ home, config }))
    await host.#node.operations.bookPut({ name: 'pi', who: `/ip4/127.0.0.1/tcp/${port}/p2p/${peer}` })
    void host.#collect()
    return host
  }

  /**
   * Waits until the latest of a series, verified by this node, is as it should be.
   * @throws Error that says how it was instead, after `deadline` ms
   */
  async receives(
    series: string,
    holds: (view: SeriesView) => boolean,
    deadline: number
  ): Promise<SeriesView> {
    return await until(deadline, series, async () => {
      const view = this.#latest.get(series)
      if (view !== undefined && holds(view)) return view
      const nothing = this.#fault === undefined ? 'nothing was received' : String(this.#fault)
      throw new Error(view === undefined ? nothing : `it is ${describeView(view)}`)
    })
  }

  /** The positions that the board's history has of a series. @throws NodeError where it cannot be asked */
  async history(series: string, deadline: number): Promise<ReadonlySet<string>> {
    const found = new Set<string>()
    const signal = AbortSignal.timeout(deadline)
    const request = { who: 'pi', what: series, since: 0, limit: 1_000_000, timeout: deadline }
    for await (const row of this.#node.operations.history(request, signal))
      if ('position' in row) found.add(positionText(row))
    return found
  }

  /** Readings of before are forgotten. */
  forget(): void {
    this.#latest.clear()
  }

  async stop(): Promise<void> {
    this.#ended.abort()
    await this.#node.stop()
  }

  async #collect(): Promise<void> {
    const views = this.#node.watch('pi', { signal: this.#ended.signal })
    try {
      for await (const view of views) if (view.signed) this.#latest.set(view.series, view)
    } catch (error) {
      this.#fault = error
    }
  }
}

/** Tells one reading of a node from all others. */
function positionText({ position: { epoch, boot, seq } }: Pick<SeriesView, 'position'>): string {
  return `${epoch} ${boot} ${seq}`
}

export function describeView(view: SeriesView): string {
  return view.fault?.text ?? view.shown ?? view.state
}
