import { type Clock, withDeadline } from '../../../clock.ts'
import { describeError, isNodeError } from '../../../error.ts'
import type { Log } from '../../../log.ts'
import type { ControlDialer, ControlStream, MoveReason } from '../control/stream.ts'
import type { Session } from './session.ts'
import type { SessionTable } from './session-table.ts'

/** Milliseconds until a session is opened again that failed before the peer answered, doubled at each dial that fails. */
const RETRY = 1_000
/** Dialling again does not help. */
const FINAL = ['datagram-unsupported', 'datagram-stopped']

export interface SessionMoverInit {
  readonly clock: Clock
  readonly log: Log
  readonly dialer: ControlDialer
  readonly sessions: SessionTable
  /** Opens a session, or joins who does. */
  readonly dial: (peer: string) => Promise<unknown>
  /** Milliseconds until a session must begin. */
  readonly timeout: number
  /** Milliseconds until a better connection is sought again that was not found. */
  readonly searchAgain: number
}

/** Moves flows that this side opened to another connection: a better one, or any other where theirs broke. */
export class SessionMover {
  readonly #init: SessionMoverInit
  readonly #moves = new Map<string, Promise<void>>()
  /** Of sessions that stayed where they are: why they were to move, and Clock.monotonic(). */
  readonly #vain = new WeakMap<Session, { readonly reason: MoveReason; readonly at: number }>()
  readonly #stopping = new AbortController()

  constructor(init: SessionMoverInit) {
    this.#init = init
  }

  stop(): void {
    this.#stopping.abort(new Error('the node stops'))
  }

  /** Begins to move a session with flows of ours if a better connection is to be had; it serves meanwhile. */
  improve(session: Session): void {
    const { peer, established, stream } = session
    const reason = established ? this.#init.dialer.moveReason(stream) : undefined
    if (reason === undefined || this.#moves.has(peer) || this.#wasVain(session, reason)) return
    const move = this.#move(session, reason)
      .catch((error: unknown) => {
        this.#noteVain(session, reason)
        this.#init.log.debug(`datagrams with ${peer} stay where they are: ${describeError(error)}`)
      })
      .finally(() => this.#moves.delete(peer))
    this.#moves.set(peer, move)
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
    let wait = RETRY
    for (let late = again; sessions.isWanted(peer); late = true) {
      if (late) {
        await clock.sleep(wait, this.#stopping.signal)
        wait *= 2
      }
      if (!sessions.isWanted(peer) || (await this.#isDialled(dial(peer), peer))) return
    }
  }

  /** @throws the error of a dial that would fail again */
  async #isDialled(dial: Promise<unknown>, peer: string): Promise<boolean> {
    try {
      await dial
      return true
    } catch (error) {
      if (FINAL.some((code) => isNodeError(error, code))) throw error
      this.#init.log.debug(`datagrams with ${peer} wait for a connection: ${describeError(error)}`)
      return false
    }
  }

  #wasVain(session: Session, reason: MoveReason): boolean {
    const { clock, searchAgain } = this.#init
    const vain = this.#vain.get(session)
    return vain?.reason === reason && clock.monotonic() - vain.at < searchAgain
  }

  #noteVain(session: Session, reason: MoveReason): void {
    this.#vain.set(session, { reason, at: this.#init.clock.monotonic() })
  }

  async #move(session: Session, reason: MoveReason): Promise<void> {
    const { peer } = session
    const { clock, dialer, sessions, timeout } = this.#init
    const work = async (signal: AbortSignal): Promise<ControlStream | undefined> => {
      const found = await dialer.redial(session.stream, signal)
      // It came too late: nobody takes it, and a connection carries one control stream.
      if (signal.aborted) found?.reset()
      return found
    }
    const stream = await withDeadline(clock, timeout, `datagrams with ${peer}`, work, this.#stopping.signal)
    if (stream === undefined) {
      this.#noteVain(session, reason)
      return
    }
    const current = sessions.get(peer)
    if (current === session) sessions.move(session, stream)
    else if (current === undefined && sessions.isWanted(peer)) sessions.initiate(stream)
    else stream.reset()
  }
}
