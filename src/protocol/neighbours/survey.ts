import type { Clock } from '../../clock.ts'
import type { AdjacentPeer } from './adjacent-peers.ts'
import type { Listed } from './codec.ts'
import type { Path } from './finder.ts'
import type { HeardPeers } from './heard-peers.ts'
import type { NeighboursLimits } from './limits.ts'
import { Turns } from './turns.ts'

/** A peer that others see. */
export interface DistantPeer {
  readonly peer: string
  /** The peers between us and it; at least one. */
  readonly path: Path
  /** Clock.monotonic() of the answer that named it. */
  readonly heardAt: number
}

export interface SurveyInit {
  readonly clock: Clock
  readonly limits: NeighboursLimits
  readonly adjacent: () => readonly AdjacentPeer[]
  readonly heard: HeardPeers
  /** Paths to a peer, shortest first. */
  readonly findPaths: (peer: string, signal: AbortSignal) => Promise<readonly Path[]>
  /** The whole list of a neighbour. @throws for any reason; then it lists nobody */
  readonly list: (neighbour: string, signal: AbortSignal) => Promise<readonly Listed[]>
}

/** Milliseconds for all questions of one look. */
const LOOK_TIME = 1000
/** Peers that are searched in one look, so that the callee's rate is not used up. */
const MAX_SEARCHED = 4

/** What this node learns of peers that only its neighbours see, asked on demand and kept for a while. */
export class Survey {
  readonly #init: SurveyInit
  readonly #found = new Map<string, DistantPeer>()
  readonly #lists: Turns
  readonly #searches: Turns
  #looking: Promise<void> | undefined

  constructor(init: SurveyInit) {
    const { clock, limits } = init
    this.#init = init
    this.#lists = new Turns({ clock, max: limits.asked, period: limits.keep })
    this.#searches = new Turns({ clock, max: MAX_SEARCHED, period: limits.keep })
  }

  /**
   * Everybody that neighbours see and who is not adjacent. Asks those whose answer is no longer kept, for a second.
   * @param absent peers that are searched where no neighbour lists them
   */
  async look(absent: readonly string[], signal: AbortSignal): Promise<DistantPeer[]> {
    this.#expire()
    this.#looking ??= this.#ask(absent, signal).finally(() => {
      this.#looking = undefined
    })
    await this.#looking
    return this.#known()
  }

  async #ask(absent: readonly string[], signal: AbortSignal): Promise<void> {
    const { clock, heard, adjacent } = this.#init
    const near = adjacent().map(({ peer }) => peer)
    const listed = heard.all()
    const neighbours = this.#lists.next(near)
    const sought = near.length === 0 ? [] : this.#searches.next(absent.filter((peer) => !listed.has(peer)))
    if (neighbours.length + sought.length === 0) return
    const late = new AbortController()
    const cancel = clock.after(LOOK_TIME, () => late.abort(new Error('the time of a look is over')))
    const both = AbortSignal.any([signal, late.signal])
    const over = new Promise<void>((resolve) =>
      both.addEventListener('abort', () => resolve(), { once: true })
    )
    const asks = [
      ...neighbours.map((neighbour) => this.#list(neighbour, both)),
      ...sought.map((peer) => this.#search(peer, both))
    ]
    await Promise.race([Promise.allSettled(asks), over])
    cancel()
  }

  async #list(neighbour: string, signal: AbortSignal): Promise<void> {
    const listed = await this.#init.list(neighbour, signal)
    signal.throwIfAborted()
    this.#init.heard.put(neighbour, listed)
    const near = new Set(this.#init.adjacent().map(({ peer }) => peer))
    if (listed.some(([peer]) => !near.has(peer))) this.#lists.wasUseful(neighbour)
  }

  async #search(peer: string, signal: AbortSignal): Promise<void> {
    const [path] = await this.#init.findPaths(peer, signal)
    const heardAt = this.#init.clock.monotonic()
    if (path === undefined || path.length === 0) return
    this.#found.set(peer, { peer, path, heardAt })
    this.#searches.wasUseful(peer)
  }

  #expire(): void {
    const before = this.#init.clock.monotonic() - this.#init.limits.keep
    for (const [peer, { heardAt }] of this.#found) if (heardAt <= before) this.#found.delete(peer)
  }

  #known(): DistantPeer[] {
    const adjacent = new Set(this.#init.adjacent().map(({ peer }) => peer))
    const known = new Map<string, DistantPeer>()
    for (const distant of this.#found.values())
      if (adjacent.has(distant.path[0] ?? '')) known.set(distant.peer, distant)
    for (const [peer, heard] of this.#init.heard.all()) {
      const first = heard.find(({ neighbour }) => adjacent.has(neighbour))
      if (first !== undefined) known.set(peer, { peer, path: [first.neighbour], heardAt: first.heardAt })
    }
    for (const peer of adjacent) known.delete(peer)
    return [...known.values()]
  }
}
