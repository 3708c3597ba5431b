import { createHash } from 'node:crypto'
import { concatBytes } from '../../../src/cbor/bytes.ts'
import { withDeadline } from '../../../src/clock.ts'
import { VirtualClock } from '../../../src/hal/simulated/virtual-clock.ts'
import { defaultsOf } from '../../../src/limits.ts'
import { prefixed } from '../../../src/protocol/frame-splitter.ts'
import { Answerer } from '../../../src/protocol/neighbours/answerer.ts'
import {
  type AnswerBody,
  decodeAnswer,
  decodeAsk,
  encodeAnswer,
  encodeAsk,
  type Question
} from '../../../src/protocol/neighbours/codec.ts'
import { Finder, type Path } from '../../../src/protocol/neighbours/finder.ts'
import { HeardPeers } from '../../../src/protocol/neighbours/heard-peers.ts'
import { neighboursLimits } from '../../../src/protocol/neighbours/limits.ts'
import { errorAnswerOf } from '../../../src/protocol/query/codec/query-error.ts'
import { peerOfMultihash } from '../../../src/reading/series.ts'

export const limits = defaultsOf(neighboursLimits)

/** Milliseconds that a message takes over one link. */
const LINK_DELAY = 2

/** A PeerId of that name; nobody has its key. */
export function peerNamed(name: string): string {
  const key = createHash('sha256').update(name).digest()
  const peer = peerOfMultihash(concatBytes(Uint8Array.of(0, 0x24, 8, 1, 0x12, 0x20), key))
  if (peer === undefined) throw new Error('38 bytes are a multihash')
  return peer
}

/** Numbers of 0 to 1 that are the same in every run. */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How a node of a graph differs from an honest one that has everybody in its book. */
export interface NodePlan {
  readonly inBook?: (peer: string) => boolean
  readonly denies?: (peer: string) => boolean
  /** What it answers; undefined for no answer at all. */
  readonly answer?: (question: Question, caller: string) => AnswerBody | undefined
  /** Connected with others to which it may not be named. */
  readonly isListed?: boolean
}

export class GraphNode {
  readonly peer: string
  /** The remote host of each connection, by the peer at its other end. */
  readonly hosts = new Map<string, string | undefined>()
  readonly counts = new Map<string, number>()
  readonly heard: HeardPeers
  readonly finder: Finder
  readonly plan: NodePlan
  readonly #answerer: Answerer

  constructor(graph: Graph, name: string, plan: NodePlan) {
    const { clock } = graph
    this.peer = peerNamed(name)
    this.plan = plan
    const inBook = plan.inBook ?? (() => true)
    const denies = plan.denies ?? (() => false)
    const sharesLink = (one: string | undefined, other: string | undefined): boolean => one === other
    const adjacent = () =>
      [...this.hosts].flatMap(([peer, host]) =>
        graph.node(peer).plan.isListed === false ? [] : [{ peer, host, since: 0 }]
      )
    const count = (what: string): void => {
      this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
    }
    this.heard = new HeardPeers({ clock, capacity: limits.heard, keep: limits.keep })
    this.finder = new Finder({
      self: this.peer,
      isListed: plan.isListed ?? true,
      clock,
      random: graph.random,
      limits,
      adjacent,
      heard: this.heard,
      inBook,
      isDenied: denies,
      sharesLink,
      ask: async (neighbour, question, deadline, signal) => {
        const answer = await graph.ask(this.peer, neighbour, question, deadline, signal)
        return 'paths' in answer ? answer.paths : []
      },
      count
    })
    this.#answerer = new Answerer({
      clock,
      limits,
      admission: { answers: ({ peer }) => !denies(peer), denies },
      inBook,
      sharesLink,
      adjacent,
      finder: this.finder,
      count,
      signal: new AbortController().signal
    })
  }

  async answer(question: Question, caller: string): Promise<AnswerBody | undefined> {
    if (this.plan.answer !== undefined) return this.plan.answer(question, caller)
    try {
      return await this.#answerer.answer(question, {
        peer: caller,
        host: this.hosts.get(caller),
        direct: true
      })
    } catch (error) {
      return { error: errorAnswerOf(error) }
    }
  }
}

/** Nodes of one process, joined as a test says; every message is encoded and decoded, and counted. */
export class Graph {
  readonly clock = new VirtualClock()
  readonly random = numbers(1)
  messages = 0
  bytes = 0
  readonly #nodes = new Map<string, GraphNode>()

  add(name: string, plan: NodePlan = {}): GraphNode {
    const node = new GraphNode(this, name, plan)
    this.#nodes.set(node.peer, node)
    return node
  }

  node(peer: string): GraphNode {
    const node = this.#nodes.get(peer)
    if (node === undefined) throw new Error(`${peer} is no node`)
    return node
  }

  get nodes(): GraphNode[] {
    return [...this.#nodes.values()]
  }

  /** @param link the host that either sees the other at: nodes with the same one are on one link */
  join(one: GraphNode, other: GraphNode, link?: string): void {
    one.hosts.set(other.peer, link)
    other.hosts.set(one.peer, link)
  }

  async ask(
    from: string,
    to: string,
    question: Question,
    deadline: number,
    signal: AbortSignal
  ): Promise<AnswerBody> {
    const answered = async (): Promise<AnswerBody> => {
      const ask = decodeAsk(this.#sent(encodeAsk({ ...question, id: 1 })))
      if ('error' in ask) throw new Error(ask.error.text)
      await this.clock.sleep(LINK_DELAY)
      const answer = await this.node(to).answer(ask, from)
      if (answer === undefined) return await new Promise<never>(() => {})
      await this.clock.sleep(LINK_DELAY)
      return decodeAnswer(this.#sent(encodeAnswer({ id: 1, ...answer })))
    }
    return await withDeadline(this.clock, deadline, 'a question', answered, signal)
  }

  /** What a search of a node finds, while time passes. */
  find(from: GraphNode, who: string): Promise<Path[]> {
    return this.clock.run(from.finder.own(who, new AbortController().signal))
  }

  /** Peers between two nodes on the shortest path; undefined where there is none. */
  distance(from: GraphNode, to: GraphNode): number | undefined {
    let edge = [from]
    const seen = new Set(edge)
    for (let hops = 0; edge.length > 0; hops++) {
      const next = edge.flatMap(({ hosts }) => [...hosts.keys()].map((peer) => this.node(peer)))
      if (next.includes(to)) return hops
      edge = [...new Set(next)].filter((node) => !seen.has(node))
      for (const node of edge) seen.add(node)
    }
    return undefined
  }

  /** Whether every step of a path is a connection. */
  leads(from: GraphNode, path: Path, to: string): boolean {
    const steps = [from.peer, ...path, to]
    return steps.slice(1).every((peer, i) => this.node(steps[i] ?? '').hosts.has(peer))
  }

  #sent(frame: Uint8Array): Uint8Array {
    this.messages++
    this.bytes += prefixed(frame).length
    return frame
  }
}
