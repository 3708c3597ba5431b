import type { Connection } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import { Status } from './constants.ts'
import { RelayRefused } from './exchange.ts'
import type { RelayLimits } from './limits.ts'

/** Milliseconds between two requests on one connection, at least. */
const REFRESH_SPACING = 60_000

export interface ReservationKeeperInit {
  /** For messages: the name or PeerId of the relay. */
  readonly label: () => string
  readonly clock: Clock
  readonly log: Log
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly limits: Pick<RelayLimits, 'term' | 'retryMin' | 'retryMax' | 'refusedMax'>
  /** The direct connection to the relay, which is made where there is none. */
  readonly connect: (signal: AbortSignal) => Promise<Connection>
  /** Asks for a reservation, or for its renewal. @throws RelayRefused; what an exchange throws */
  readonly reserve: (connection: Connection, signal: AbortSignal) => Promise<void>
  readonly count: (event: 'reserved' | 'renewed' | 'failed' | 'lost') => void
}

/** Whether the node can be reached over a relay, and if not, why. */
export interface ReservationState {
  readonly held: boolean
  /** undefined while the reservation is held, and before the first try. */
  readonly why?: string
}

/**
 * Keeps one reservation at one relay, without end: whatever fails is tried again after a growing, jittered wait. How
 * long a reservation stands is not computed from `expire`, which is by the relay's clock: ours may be wrong by years.
 * It is renewed by the monotonic clock, and asked for anew on each connection.
 */
export class ReservationKeeper {
  readonly #init: ReservationKeeperInit
  readonly #ended = new AbortController()
  #state: ReservationState = { held: false }
  /** Milliseconds of the last wait; 0 once a reservation has stood for a minute. */
  #wait = 0

  constructor(init: ReservationKeeperInit) {
    this.#init = init
  }

  get state(): ReservationState {
    return this.#state
  }

  start(): void {
    this.#run(this.#ended.signal).catch((error: unknown) => {
      if (!this.#ended.signal.aborted) this.#init.log.error(`relay: ${describeError(error)}`)
    })
  }

  stop(): void {
    this.#ended.abort(new Error('the node stops'))
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, connect } = this.#init
    for (;;) {
      const begun = clock.monotonic()
      const error = await connect(signal)
        .then((connection) => this.#hold(connection, signal))
        .catch((reason: unknown) => reason)
      signal.throwIfAborted()
      if (this.#state.held && clock.monotonic() - begun >= REFRESH_SPACING) this.#wait = 0
      this.#failed(error)
      await clock.sleep(this.#next(error), signal)
    }
  }

  /** Reserves, and renews as long as the connection stands. @throws why the reservation is lost */
  async #hold(connection: Connection, signal: AbortSignal): Promise<never> {
    const { clock, limits, reserve, count } = this.#init
    await reserve(connection, signal)
    this.#reserved()
    let reservedAt = clock.monotonic()
    let wait = (limits.term * 2) / 3
    for (;;) {
      await this.#whileOpen(connection, wait, signal)
      try {
        await reserve(connection, signal)
        count('renewed')
        reservedAt = clock.monotonic()
        wait = (limits.term * 2) / 3
      } catch (error) {
        const isOver = clock.monotonic() - reservedAt >= limits.term
        if (error instanceof RelayRefused || isOver) throw error
        wait = REFRESH_SPACING
      }
    }
  }

  #reserved(): void {
    const { log, label, count } = this.#init
    this.#state = { held: true }
    count('reserved')
    log.info(`this node can be reached over the relay ${label()}`)
  }

  #failed(error: unknown): void {
    const { log, label, count } = this.#init
    const why = describeError(error)
    count(this.#state.held ? 'lost' : 'failed')
    // The same reason again and again is not news.
    if (this.#state.why !== why)
      log.warn(`this node cannot be reached over the relay ${label()}: ${why}; it is tried again without end`)
    this.#state = { held: false, why }
  }

  /** Milliseconds. */
  #next(error: unknown): number {
    const { retryMin, retryMax, refusedMax } = this.#init.limits
    const isRefused = error instanceof RelayRefused && error.status === Status.permissionDenied
    this.#wait = Math.min(isRefused ? refusedMax : retryMax, Math.max(retryMin, 2 * this.#wait))
    return this.#wait * (0.5 + this.#init.random() / 2)
  }

  /** Waits for so long. @throws as soon as the connection is closed; the signal's reason */
  async #whileOpen(connection: Connection, ms: number, signal: AbortSignal): Promise<void> {
    const closed = new AbortController()
    const onClose = (): void => closed.abort(new Error('the connection to it broke'))
    connection.addEventListener('close', onClose)
    try {
      if (connection.status !== 'open') onClose()
      await this.#init.clock.sleep(ms, AbortSignal.any([signal, closed.signal]))
    } finally {
      connection.removeEventListener('close', onClose)
    }
  }
}
