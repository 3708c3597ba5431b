import { type Clock, withDeadline } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { ControlDialer, ControlStream } from './control/stream.ts'
import type { Session } from './session.ts'
import type { SessionTable } from './session-table.ts'

/** Milliseconds until a session is opened again that failed before the peer answered. */
const RETRY = 1_000

export interface SessionMoverInit {
  readonly clock: Clock
  readonly log: Log
  readonly dialer: ControlDialer
  readonly sessions: SessionTable
  /** Opens a session, or joins who does. */
  readonly dial: (peer: string) => Promise<unknown>
  /** Milliseconds until a session must begin. */
  readonly timeout: number
}

/** Moves flows that this side opened to another connection: a better one, or any other where theirs broke. */
export class SessionMover {
  readonly #init: SessionMoverInit
  readonly #moves = new Map<string, Promise<void>>()
  readonly #stopping = new AbortController()

  constructor(init: SessionMoverInit) {
    this.#init = init
  }

  stop(): void {
    this.#stopping.abort(new Error('the node stops'))
  }

  /** Moves a session with flows of ours if a better connection is to be had. Never rejects. */
  async improve(session: Session): Promise<void> {
    if (!session.established || !this.#init.dialer.isOutdated(session.stream)) return
    const move = this.#moves.get(session.peer) ?? this.#improve(session)
    await move
  }

  /** Resolves when no stream is being opened for a move: a connection carries one control stream. */
  async moved(peer: string): Promise<void> {
    await this.#moves.get(peer)
  }

  /** Seeks a connection for flows that no session carries. @param again whether a session has failed just now */
  seek(peer: string, again: boolean): void {
    this.#seek(peer, again).catch((error: unknown) => {
      this.#init.log.debug(`datagrams with ${peer} are lost: ${describeError(error)}`)
      this.#init.sessions.giveUp(peer)
    })
  }

  async #seek(peer: string, again: boolean): Promise<void> {
    const { clock, dial, sessions } = this.#init
    if (again) await clock.sleep(RETRY, this.#stopping.signal)
    if (sessions.isWanted(peer)) await dial(peer)
  }

  #improve(session: Session): Promise<void> {
    const { peer } = session
    const move = this.#move(session)
      .catch((error: unknown) => {
        this.#init.log.debug(`datagrams with ${peer} stay where they are: ${describeError(error)}`)
      })
      .finally(() => this.#moves.delete(peer))
    this.#moves.set(peer, move)
    return move
  }

  async #move(session: Session): Promise<void> {
    const { peer } = session
    const { clock, dialer, sessions, timeout } = this.#init
    const work = (signal: AbortSignal): Promise<ControlStream | undefined> =>
      dialer.redial(session.stream, signal)
    const stream = await withDeadline(clock, timeout, `datagrams with ${peer}`, work, this.#stopping.signal)
    if (stream === undefined) return
    const current = sessions.get(peer)
    if (current === session) sessions.move(session, stream)
    else if (current === undefined && sessions.isWanted(peer)) sessions.initiate(stream)
    else stream.reset()
  }
}
