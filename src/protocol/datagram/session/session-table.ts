import { BoundedMap } from '../../../bounded-map.ts'
import { isNodeError, NodeError } from '../../../error.ts'
import { TokenBucket } from '../../../token-bucket.ts'
import type { SessionComponents } from '../components.ts'
import { decodeFrame, type GreetingFrame } from '../control/frame.ts'
import type { ControlStream } from '../control/stream.ts'
import type { EndReason, Flow } from '../flow.ts'
import { HeldFlows } from './held-flows.ts'
import { Session, type SessionEvents } from './session.ts'

/** Milliseconds within which two streams opened by both sides cross; later a second one means that the first is dead. */
const CROSSING = 10_000
/** How often the flows of one peer change their session: a peer whose streams break again and again loses them. */
const MOVES = { perSecond: 1, burst: 8 }
const MAX_MOVERS = 1024

export interface SessionNeeds {
  /** Flows that this side opened need a session with a peer. @param again whether one has failed just now */
  readonly seek: (peer: string, again: boolean) => void
  /** A session with such flows may go over a better connection. */
  readonly improve: (session: Session) => void
}

/** The sessions of a node, one a peer. */
export class SessionTable {
  readonly #components: SessionComponents
  readonly #sessions = new Map<string, Session>()
  /** Streams of peers that have not sent HELLO yet. */
  readonly #silent = new Set<ControlStream>()
  /** By peer: flows whose session ended. */
  readonly #held = new Map<string, HeldFlows>()
  /** Those whose flows have moved on, for a second. */
  readonly #retired = new Set<Session>()
  readonly #moves = new BoundedMap<string, TokenBucket>(MAX_MOVERS)
  readonly #needs: SessionNeeds
  readonly #events: SessionEvents

  constructor(components: Omit<SessionComponents, 'resume'>, needs: SessionNeeds) {
    this.#components = { ...components, resume: (peer, key) => this.#held.get(peer)?.claim(key) }
    this.#needs = needs
    this.#events = {
      established: (session) => this.#goOn(session),
      lost: (session) => this.#lost(session),
      ended: (session) => this.#remove(session),
      closed: (session) => this.#retired.delete(session),
      used: (session) => {
        if (session.flows.hasOwn) needs.improve(session)
      }
    }
  }

  get size(): number {
    return this.#sessions.size
  }

  get(peer: string): Session | undefined {
    return this.#sessions.get(peer)
  }

  all(): Iterable<Session> {
    return this.#sessions.values()
  }

  /**
   * Begins a session on a stream we opened. If the peer's own stream was faster, that one is taken.
   * @throws NodeError 'datagram-sessions' when the table is full
   */
  initiate(stream: ControlStream): Session {
    const known = this.#sessions.get(stream.facts.peer)
    if (known !== undefined) {
      stream.reset()
      return known
    }
    if (!this.#room(stream.facts.peer)) {
      stream.reset()
      throw new NodeError('datagram-sessions', 'too many peers with open datagram flows', {
        remedy: 'retry',
        hint: 'use a stream for this peer, or raise the limit of datagram sessions'
      })
    }
    return this.#add(stream)
  }

  /** Takes a stream that a peer opened and waits for its HELLO. */
  take(stream: ControlStream): void {
    const { clock, limits, counters } = this.#components
    if (this.#silent.size >= limits.sessions) {
      counters.drop('sessions')
      stream.reset()
      return
    }
    const cancel = clock.after(limits.handshakeTimeout, () => stream.reset())
    const settle = (): void => {
      cancel()
      this.#silent.delete(stream)
    }
    this.#silent.add(stream)
    stream.listen({
      frame: (bytes) => {
        settle()
        this.#first(stream, bytes)
      },
      drain: () => {},
      ended: (error) => {
        settle()
        if (isNodeError(error, 'bad-frame')) counters.drop('bad-frame')
      }
    })
  }

  /** Moves the flows of a session to a stream over another connection, unless they have moved too often. */
  move(session: Session, stream: ControlStream): void {
    if (!this.#mayHold(session.peer)) {
      stream.reset()
      return
    }
    this.#hold(session, 'lost')
    try {
      this.initiate(stream)
    } catch (error) {
      this.giveUp(session.peer)
      throw error
    }
  }

  /** Whether flows that this side opened wait for a session with the peer. */
  isWanted(peer: string): boolean {
    return this.#held.get(peer)?.hasOwn === true
  }

  /** There is no session to be had: the flows that this side opened end. */
  giveUp(peer: string): void {
    this.#held.get(peer)?.giveUp()
  }

  endAll(reason: EndReason): void {
    for (const held of [...this.#held.values()]) held.endAll(reason)
    for (const session of [...this.#retired]) session.close()
    for (const stream of this.#silent) stream.reset()
    this.#silent.clear()
    for (const session of this.#sessions.values()) session.end(reason)
  }

  #first(stream: ControlStream, bytes: Buffer): void {
    const frame = decodeFrame(bytes)
    if (frame?.type !== 'hello') {
      this.#components.counters.drop('bad-frame')
      stream.reset()
    } else if (this.#winsOver(stream)) {
      stream.reset()
    } else {
      this.#greeted(stream, frame)
    }
  }

  #greeted(stream: ControlStream, hello: GreetingFrame): void {
    const flows = this.#release(this.#sessions.get(stream.facts.peer))
    if (this.#room(stream.facts.peer)) {
      const session = this.#add(stream, hello)
      session.adopt(flows)
      this.#goOn(session)
      return
    }
    this.#components.counters.drop('sessions')
    for (const flow of flows) flow.end('lost')
    stream.reset()
  }

  /** Whether a stream of ours crosses this one and wins: that of the bytewise smaller PeerId does. */
  #winsOver(stream: ControlStream): boolean {
    const known = this.#sessions.get(stream.facts.peer)
    return (
      known !== undefined &&
      this.#ours(known) &&
      Buffer.compare(this.#components.self, stream.facts.peerMultihash) < 0
    )
  }

  /** Whether the session is on a stream of ours, so new that the peer may have opened its own before it knew. */
  #ours(session: Session): boolean {
    return session.initiator && this.#components.clock.monotonic() - session.beganAt < CROSSING
  }

  #release(session: Session | undefined): readonly Flow[] {
    if (session === undefined) return []
    if (this.#ours(session) && !session.established) {
      const { own } = session.retire()
      session.close()
      return own
    }
    // The peer goes on over another connection, or has lost its state: then it refuses to go on with ours.
    this.#holdOrEnd(session, 'replaced')
    return []
  }

  /** Ends a session; its flows wait for another one, unless they have moved too often. */
  #holdOrEnd(session: Session, reason: EndReason): void {
    if (this.#mayHold(session.peer)) this.#hold(session, reason)
    else session.end(reason)
  }

  #hold(session: Session, reason: EndReason): void {
    const { peer } = session
    if (session.flows.size === 0) {
      session.end(reason)
      return
    }
    this.#retired.add(session)
    const { own, others, untaken } = session.retire()
    // A listener that was told of the carrier may have closed them.
    if (own.length + others.length === 0) return
    const held =
      this.#held.get(peer) ?? new HeldFlows(this.#components, session, () => this.#held.delete(peer))
    this.#held.set(peer, held)
    const byId = new Map([...own, ...others].map((flow) => [flow.id, flow]))
    for (const { flow: id, bytes, at } of untaken) {
      const flow = byId.get(id)
      if (flow !== undefined) held.keep({ flow, bytes, redundancy: 'single', at })
    }
    for (const flow of own) held.hold(flow, true, reason)
    for (const flow of others) held.hold(flow, false, reason)
  }

  #lost(session: Session): void {
    this.#holdOrEnd(session, 'lost')
    session.close()
    this.#seek(session.peer, false)
  }

  #mayHold(peer: string): boolean {
    const { clock, limits } = this.#components
    const moves = this.#moves.touch(peer) ?? new TokenBucket(MOVES)
    this.#moves.set(peer, moves)
    const hasRoom = this.#held.has(peer) || this.#held.size < limits.sessions
    return hasRoom && moves.take(clock.monotonic())
  }

  #seek(peer: string, again: boolean): void {
    if (this.isWanted(peer)) this.#needs.seek(peer, again)
  }

  /** Opens the flows of sessions before anew. The peer opens its own. */
  #goOn(session: Session): void {
    if (session.ended) return
    for (const { flow, reason } of this.#held.get(session.peer)?.takeOwn() ?? []) {
      if (flow.key !== undefined) flow.fallback = reason
      flow.moveTo(session)
      session.flows.resume(flow)
    }
  }

  #add(stream: ControlStream, hello?: GreetingFrame): Session {
    const session = new Session(this.#components, stream, this.#events, hello)
    if (!session.ended) this.#sessions.set(session.peer, session)
    return session
  }

  #remove(session: Session): void {
    if (this.#sessions.get(session.peer) !== session) return
    this.#sessions.delete(session.peer)
    // A session that should have carried them on has failed.
    if (!session.established) this.#seek(session.peer, true)
  }

  /** Makes room by ending the session unused for longest: of those without flows, then for the book of strangers'. */
  #room(peer: string): boolean {
    const { limits, inBook } = this.#components
    if (this.#sessions.size < limits.sessions) return true
    const idle = this.#longestUnused(({ flows }) => flows.size === 0)
    idle?.end('closed')
    if (idle !== undefined || !inBook(peer)) return idle !== undefined
    const strangers = this.#longestUnused((session) => !inBook(session.peer))
    strangers?.end('replaced')
    return strangers !== undefined
  }

  #longestUnused(isAsked: (session: Session) => boolean): Session | undefined {
    let unused: Session | undefined
    for (const session of this.#sessions.values()) {
      if (isAsked(session) && (unused === undefined || session.usedAt < unused.usedAt)) unused = session
    }
    return unused
  }
}
