import { isNodeError, NodeError } from '../../error.ts'
import type { SessionComponents } from './components.ts'
import { decodeFrame, type GreetingFrame } from './control/frame.ts'
import type { ControlStream } from './control/stream.ts'
import type { EndReason, Flow } from './flow.ts'
import { Session } from './session.ts'

/** Milliseconds within which two streams opened by both sides cross; later a second one means that the first is dead. */
const CROSSING = 10_000

/** The sessions of a node, one a peer. */
export class SessionTable {
  readonly #components: SessionComponents
  readonly #sessions = new Map<string, Session>()
  /** Streams of peers that have not sent HELLO yet. */
  readonly #silent = new Set<ControlStream>()

  constructor(components: SessionComponents) {
    this.#components = components
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
    if (!this.#room()) {
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

  endAll(reason: EndReason): void {
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
    if (this.#room()) {
      this.#add(stream, hello).adopt(flows)
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

  #release(session: Session | undefined): Flow[] {
    if (session === undefined) return []
    // A peer that has accepted our stream opens another only after losing its state.
    if (this.#ours(session) && !session.established) return session.yield()
    session.end('replaced')
    return []
  }

  #add(stream: ControlStream, hello?: GreetingFrame): Session {
    const session = new Session(this.#components, stream, (ended) => this.#remove(ended), hello)
    if (!session.ended) this.#sessions.set(session.peer, session)
    return session
  }

  #remove(session: Session): void {
    if (this.#sessions.get(session.peer) === session) this.#sessions.delete(session.peer)
  }

  /** Makes room by ending the session without flows that was unused for longest. */
  #room(): boolean {
    if (this.#sessions.size < this.#components.limits.sessions) return true
    let idle: Session | undefined
    for (const session of this.#sessions.values()) {
      if (session.flows.size === 0 && (idle === undefined || session.usedAt < idle.usedAt)) idle = session
    }
    idle?.end('closed')
    return idle !== undefined
  }
}
