import type { Clock } from '../../clock.ts'
import { TokenBucket } from '../../token-bucket.ts'
import type { AdjacentPeer } from './adjacent-peers.ts'
import type { Question } from './codec.ts'
import { FIND_DEADLINES, MAX_HOPS, MAX_NOT, MAX_PATHS } from './constants.ts'
import type { HeardPeers } from './heard-peers.ts'
import type { NeighboursLimits } from './limits.ts'
import { PathFailures } from './path-failures.ts'

/** The peers between two ends, in order, neither end included. */
export type Path = readonly string[]

export type FindQuestion = Question & { readonly op: 'find' }

/** On whose behalf a search is made: undefined for this node itself. */
export interface Behalf {
  readonly peer: string
  readonly host: string | undefined
}

export interface FinderInit {
  readonly self: string
  /** Whether this node handles the protocol itself. */
  readonly isListed: boolean
  readonly clock: Clock
  readonly random: () => number
  readonly limits: NeighboursLimits
  readonly adjacent: () => readonly AdjacentPeer[]
  readonly heard: HeardPeers
  readonly inBook: (peer: string) => boolean
  readonly isDenied: (peer: string) => boolean
  /** Whether two hosts are on one link of this machine. */
  readonly sharesLink: (one: string | undefined, other: string | undefined) => boolean
  /** @throws for any reason; then the neighbour sees nobody */
  readonly ask: (
    neighbour: string,
    question: FindQuestion,
    deadline: number,
    signal: AbortSignal
  ) => Promise<readonly Path[]>
  readonly count: (what: string) => void
}

/** Milliseconds after the first path for which others are waited for: they may be shorter. */
const GRACE = 100
/** Rounds in which a search of our own asks neighbours that were not asked before. */
const ROUNDS = 3

/** Searches paths to a peer: own connections, then lists of neighbours, then questions to neighbours. */
export class Finder {
  readonly #init: FinderInit
  /** Questions asked for others. */
  readonly #forwards: TokenBucket
  readonly #failures: PathFailures

  constructor(init: FinderInit) {
    const { forwardRate } = init.limits
    this.#init = init
    this.#failures = new PathFailures(init.clock)
    this.#forwards = new TokenBucket({ perSecond: forwardRate, burst: Math.max(1, forwardRate) })
  }

  /**
   * Paths from here to a peer, shortest first; the empty one where we are connected with it.
   * @param onAsked is called with each neighbour that is asked
   * @returns what was found before the signal aborts
   */
  own(who: string, signal: AbortSignal, onAsked: (neighbour: string) => void = () => {}): Promise<Path[]> {
    return this.#find({ op: 'find', who, hops: MAX_HOPS + 1 }, { behalf: undefined, signal, onAsked })
  }

  /** A path that was found leads nowhere: its first peer named it, and may be asked anew. */
  failed([neighbour]: Path): void {
    if (neighbour === undefined) return
    this.#failures.add(neighbour)
    this.#init.heard.forget(neighbour)
  }

  /** The answer to a question of another peer. */
  forOther(question: FindQuestion, behalf: Behalf, signal: AbortSignal): Promise<Path[]> {
    return this.#find(question, { behalf, signal, onAsked() {} })
  }

  async #find(question: FindQuestion, search: Search): Promise<Path[]> {
    const { self, adjacent, heard, isDenied } = this.#init
    const { behalf } = search
    const { who, hops, not = [] } = question
    const excluded = new Set([self, who, ...not, ...(behalf === undefined ? [] : [behalf.peer])])
    if (who === self || who === behalf?.peer || isDenied(who)) return []
    const near = adjacent()
    if (near.some(({ peer }) => peer === who)) return [[]]
    if (hops === 1) return []
    const usable = near.filter(({ peer }) => !excluded.has(peer) && !isDenied(peer))
    const names = new Set(usable.map(({ peer }) => peer))
    const listed = heard
      .neighboursOf(who)
      .filter((neighbour) => names.has(neighbour) && !this.#failures.isUnreliable(neighbour))
    if (listed.length > 0) return listed.slice(0, MAX_PATHS).map((neighbour) => [neighbour])
    const order = this.#inOrder(usable, behalf)
    return await this.#askInRounds({ ...question, hops: hops - 1 }, { ...search, order, excluded })
  }

  /**
   * Those first that may know others than the asker does: on another link than it, and of the book. Those last whose
   * paths have failed.
   */
  #inOrder(peers: readonly AdjacentPeer[], behalf: Behalf | undefined): string[] {
    const { random, inBook, sharesLink } = this.#init
    const rank = ({ peer, host }: AdjacentPeer): number =>
      (this.#failures.isUnreliable(peer) ? 4 : 0) +
      (behalf !== undefined && sharesLink(host, behalf.host) ? 2 : 0) +
      (inBook(peer) ? 0 : 1)
    return peers
      .map((one) => ({ peer: one.peer, rank: rank(one) + random() }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ peer }) => peer)
  }

  async #askInRounds(question: FindQuestion, search: Asking): Promise<Path[]> {
    const { limits } = this.#init
    const { order, behalf, signal } = search
    const rounds = behalf === undefined ? ROUNDS : 1
    const before = [...this.#namable(behalf), ...(question.not ?? [])]
    for (let round = 0; round < rounds && !signal.aborted; round++) {
      const chosen = order.splice(0, limits.asked).filter(() => behalf === undefined || this.#mayForward())
      if (chosen.length === 0) return []
      // Who is asked here need not be asked by others; at the last hop nobody is.
      const not = question.hops === 1 ? [] : [...new Set([...chosen, ...before])].slice(0, MAX_NOT)
      const found = await this.#askAll(chosen, { ...question, not }, search)
      if (found.length > 0) return found
      before.push(...chosen)
    }
    return []
  }

  /** This node and the one it asks for, if they may be named to others: a node that is unlisted is not adjacent. */
  #namable(behalf: Behalf | undefined): string[] {
    const { self, isListed, adjacent } = this.#init
    const asker = adjacent().find(({ peer }) => peer === behalf?.peer)
    return [...(isListed ? [self] : []), ...(asker === undefined ? [] : [asker.peer])]
  }

  #mayForward(): boolean {
    return this.#forwards.take(this.#init.clock.monotonic())
  }

  async #askAll(neighbours: readonly string[], question: FindQuestion, search: Asking): Promise<Path[]> {
    const { clock, ask, count } = this.#init
    const found: Path[] = []
    const done = new AbortController()
    const signal = AbortSignal.any([search.signal, done.signal])
    const { promise: enough, resolve } = Promise.withResolvers<void>()
    search.signal.addEventListener('abort', () => resolve(), { once: true, signal: done.signal })
    const asks = neighbours.map(async (neighbour) => {
      count(search.behalf === undefined ? 'asked' : 'forwarded')
      search.onAsked(neighbour)
      const deadline = FIND_DEADLINES[question.hops - 1] ?? 0
      const paths = await ask(neighbour, question, deadline, signal)
      const before = found.length
      for (const path of paths)
        if (isSound(path, neighbour, question.hops, search)) found.push([neighbour, ...path])
      if (before === 0 && found.length > 0) clock.after(GRACE, resolve)
    })
    await Promise.race([Promise.allSettled(asks), enough])
    done.abort()
    return this.#best(found)
  }

  /** The shortest paths, each begun at the last of its hops with which we are connected. */
  #best(found: readonly Path[]): Path[] {
    const near = new Set(this.#init.adjacent().map(({ peer }) => peer))
    const paths = found
      .filter((path) => !path.some((hop) => this.#init.isDenied(hop)))
      .map((path) =>
        path.slice(
          Math.max(
            0,
            path.findLastIndex((hop) => near.has(hop))
          )
        )
      )
    const distinct = new Map(paths.map((path) => [path.join(), path]))
    return [...distinct.values()].sort((one, other) => one.length - other.length).slice(0, MAX_PATHS)
  }
}

interface Search {
  readonly behalf: Behalf | undefined
  readonly signal: AbortSignal
  readonly onAsked: (neighbour: string) => void
}

interface Asking extends Search {
  /** Neighbours that were not asked yet. */
  readonly order: string[]
  /** Peers that a path may not pass. */
  readonly excluded: ReadonlySet<string>
}

/** Whether a path is short enough, passes nobody twice, and none that it may not. */
function isSound(path: Path, neighbour: string, hops: number, { excluded }: Asking): boolean {
  const all = new Set([neighbour, ...path])
  return path.length < hops && all.size === path.length + 1 && !path.some((hop) => excluded.has(hop))
}
