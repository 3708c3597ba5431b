import type { Connection, Stream } from '@libp2p/interface'
import { withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { TokenBuckets } from '../token-bucket.ts'
import { WarmPool } from '../warm-pool.ts'
import type { AdjacentPeers } from './adjacent-peers.ts'
import { Answerer } from './answerer.ts'
import { AskLink } from './ask-link.ts'
import { AskSession } from './ask-session.ts'
import type { Answer, Listed, Question } from './codec.ts'
import type { NeighboursComponents, NeighboursInit } from './components.ts'
import { FIND_DEADLINES, NEIGHBOURS_PROTOCOL } from './constants.ts'
import { Finder, type FindQuestion, type Path } from './finder.ts'
import { HeardPeers } from './heard-peers.ts'
import { type DistantPeer, Survey } from './survey.ts'

/** Milliseconds for one page of a list. */
const LIST_DEADLINE = 1000

/** Questions to neighbours and the answers to theirs. */
export class Exchange {
  readonly #components: NeighboursComponents
  readonly #init: NeighboursInit
  readonly #adjacent: AdjacentPeers
  readonly #answerer: Answerer
  readonly #finder: Finder
  readonly #survey: Survey
  readonly #links: WarmPool<AskLink>
  readonly #sessions = new Set<AskSession>()
  readonly #errors: TokenBuckets
  readonly #counters = new Map<string, number>()
  readonly #stopping = new AbortController()

  constructor(components: NeighboursComponents, init: NeighboursInit, adjacentPeers: AdjacentPeers) {
    const { clock, admission } = components
    const { limits, isListed } = init
    this.#components = components
    this.#init = init
    this.#adjacent = adjacentPeers
    const adjacent = () => adjacentPeers.all()
    const count = this.#count
    const heard = new HeardPeers({ clock, capacity: limits.heard, keep: limits.keep })
    this.#finder = new Finder({
      ...components,
      limits,
      isListed,
      adjacent,
      heard,
      count,
      isDenied: (peer) => admission.denies(peer),
      ask: (...find) => this.#find(...find)
    })
    const { signal } = this.#stopping
    this.#answerer = new Answerer({ ...components, limits, adjacent, finder: this.#finder, count, signal })
    this.#survey = new Survey({
      clock,
      limits,
      adjacent,
      heard,
      findPaths: (peer, signal) => this.findPaths(peer, signal),
      list: (neighbour, signal) => this.#list(neighbour, signal)
    })
    const { errorRate, errorBurst, callers } = limits
    this.#errors = new TokenBuckets(clock, { rate: errorRate, burst: errorBurst, names: callers })
    this.#links = new WarmPool({
      clock,
      capacity: limits.streams,
      deadline: Math.max(...FIND_DEADLINES),
      idle: limits.idle,
      kind: 'stream',
      open: (peer, _protocols, signal, onEnd) => this.#open(peer, signal, onEnd)
    })
  }

  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters)
  }

  stop(): void {
    this.#stopping.abort(new NodeError('closing', 'the node stops'))
    this.#links.close()
    for (const session of [...this.#sessions]) session.close(new NodeError('closing', 'the node stops'))
  }

  distantPeers(absent: readonly string[], signal: AbortSignal): Promise<DistantPeer[]> {
    return this.#survey.look(absent, AbortSignal.any([signal, this.#stopping.signal]))
  }

  findPaths(peer: string, signal: AbortSignal, onAsked?: (neighbour: string) => void): Promise<Path[]> {
    return this.#finder.own(peer, AbortSignal.any([signal, this.#stopping.signal]), onAsked)
  }

  pathFailed(path: Path): void {
    this.#finder.failed(path)
  }

  async #find(
    neighbour: string,
    question: FindQuestion,
    deadline: number,
    signal: AbortSignal
  ): Promise<readonly Path[]> {
    const answer = await this.#ask(neighbour, question, deadline, signal)
    return 'paths' in answer ? answer.paths : []
  }

  /** All pages of a list, as many as the table has room for. */
  async #list(neighbour: string, signal: AbortSignal): Promise<readonly Listed[]> {
    const { self, admission } = this.#components
    const listed: Listed[] = []
    for (let after: string | undefined; listed.length < this.#init.limits.heard; ) {
      const answer = await this.#ask(neighbour, { op: 'list', after }, LIST_DEADLINE, signal)
      if (!('peers' in answer)) break
      listed.push(...answer.peers)
      const [last] = answer.peers.at(-1) ?? []
      if (answer.more !== true || last === undefined || last <= (after ?? '')) break
      after = last
    }
    return listed.filter(([peer]) => peer !== self && !admission.denies(peer))
  }

  #ask(neighbour: string, question: Question, deadline: number, signal: AbortSignal): Promise<Answer> {
    const work = async (inner: AbortSignal): Promise<Answer> => {
      const link = await this.#links.get(neighbour, [NEIGHBOURS_PROTOCOL], inner)
      return await link.ask(question, inner)
    }
    return withDeadline(this.#components.clock, deadline, `a question to ${neighbour}`, work, signal)
  }

  /** Never dials: a neighbour that went is not asked. */
  async #open(peer: string, signal: AbortSignal, onEnd: () => void): Promise<AskLink> {
    const connection = this.#adjacent.connection(peer)
    if (connection === undefined) throw new NodeError('unreachable', `${peer} is not connected`)
    const { clock } = this.#components
    const stream = await connection.newStream(NEIGHBOURS_PROTOCOL, { signal })
    return new AskLink({ stream, peer, clock, limits: this.#init.limits, onClose: onEnd })
  }

  readonly #count = (what: string): void => {
    this.#counters.set(what, (this.#counters.get(what) ?? 0) + 1)
  }

  /** Never throws: libp2p hands that to the process (docs/network.md trap 9). */
  readonly onStream = (stream: Stream, connection: Connection): void => {
    try {
      const { clock, callerOf } = this.#components
      const session: AskSession = new AskSession({
        stream,
        caller: callerOf(connection),
        clock,
        limits: this.#init.limits,
        answerer: this.#answerer,
        errors: this.#errors,
        count: this.#count,
        onClose: () => this.#sessions.delete(session)
      })
      this.#sessions.add(session)
    } catch (error) {
      stream.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
