import type { Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../../clock.ts'
import { isNodeError, NodeError } from '../../../error.ts'
import type { QueryLimits } from '../limits.ts'
import { QueryLink } from './query-link.ts'

/** Opens a stream on the first of the protocols that both sides speak; they are given newest first. */
export type OpenStream = (peer: string, protocols: readonly string[], signal: AbortSignal) => Promise<Stream>

export interface LinkPoolInit {
  readonly openStream: OpenStream
  readonly clock: Clock
  readonly limits: QueryLimits
}

/** Keeps one warm stream for each peer and protocol; beyond the bound the idle one used longest ago is closed. */
export class LinkPool {
  readonly #init: LinkPoolInit
  readonly #opening = new Map<string, Promise<QueryLink>>()
  /** In the order of their last use. */
  readonly #links = new Map<string, QueryLink>()

  constructor(init: LinkPoolInit) {
    this.#init = init
  }

  get size(): number {
    return this.#links.size
  }

  /** The warm link, if there is one. */
  warm(peer: string, protocols: readonly string[]): QueryLink | undefined {
    return this.#links.get(keyOf(peer, protocols))
  }

  /**
   * Does `work` on a link. Where a warm link turns out to be gone, the other side having closed it
   * meanwhile, the work is done once more on a new one.
   */
  async use<T>(
    peer: string,
    protocols: readonly string[],
    signal: AbortSignal,
    work: (link: QueryLink) => Promise<T>
  ): Promise<T> {
    const link = await this.#get(peer, protocols, signal)
    const wasWarm = link.isWarm
    try {
      return await work(link)
    } catch (error) {
      if (!wasWarm || !link.closed || !isNodeError(error, 'link-broken')) throw error
    }
    return await work(await this.#get(peer, protocols, signal))
  }

  close(): void {
    const error = new NodeError('closing', 'the node stops')
    for (const link of [...this.#links.values()]) link.close(error)
  }

  async #get(peer: string, protocols: readonly string[], signal: AbortSignal): Promise<QueryLink> {
    signal.throwIfAborted()
    const key = keyOf(peer, protocols)
    const warm = this.#links.get(key)
    if (warm === undefined) return await this.#join(key, peer, protocols, signal)
    this.#links.delete(key)
    this.#links.set(key, warm)
    return warm
  }

  /** All who ask meanwhile share one opening: it heeds the deadline, not the signal of the first who asked. */
  #join(key: string, peer: string, protocols: readonly string[], signal: AbortSignal): Promise<QueryLink> {
    const { clock, limits } = this.#init
    const opening = this.#opening.get(key) ?? this.#open(key, peer, protocols)
    return withDeadline(clock, limits.deadline, `a stream to ${peer}`, () => opening, signal)
  }

  #open(key: string, peer: string, protocols: readonly string[]): Promise<QueryLink> {
    const { clock, limits, openStream } = this.#init
    this.#makeRoom()
    const what = `a stream to ${peer}`
    const opening = withDeadline(clock, limits.deadline, what, (signal) =>
      openStream(peer, protocols, signal)
    )
      .then((stream) => this.#link(key, peer, stream))
      .finally(() => this.#opening.delete(key))
    this.#opening.set(key, opening)
    return opening
  }

  #link(key: string, peer: string, stream: Stream): QueryLink {
    const { clock, limits } = this.#init
    const link = new QueryLink({
      stream,
      peer,
      clock,
      limits,
      onClose: () => {
        if (this.#links.get(key) === link) this.#links.delete(key)
      }
    })
    this.#links.set(key, link)
    return link
  }

  /** @throws NodeError 'busy' */
  #makeRoom(): void {
    if (this.#links.size + this.#opening.size < this.#init.limits.links) return
    const idle = [...this.#links.values()].find((link) => link.isIdle)
    if (idle === undefined)
      throw new NodeError('busy', 'too many streams of ours are open', { remedy: 'retry' })
    idle.close(new NodeError('idle', 'another stream takes the place of this one', { remedy: 'retry' }))
  }
}

function keyOf(peer: string, protocols: readonly string[]): string {
  return [peer, ...protocols].join(' ')
}
