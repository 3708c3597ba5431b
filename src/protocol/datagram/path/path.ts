import { timingSafeEqual } from 'node:crypto'
import type { Cancel, Clock } from '../../../clock.ts'
import { TOKEN_BYTES } from '../constants.ts'
import { PathLiveness } from './liveness.ts'
import type { RoundTrip } from './round-trip.ts'

/** PROBEs of one round are sent at these times, and its token is valid for this long. Milliseconds. */
const PROBES_AT = [0, 200, 600] as const
const ROUND = 5000
/** Pause after a round without an answer; doubled up to the maximum while answers stay away. */
const MIN_PAUSE = 15_000
const MAX_PAUSE = 120_000
/** A path validated more recently is not suspected because the peer avoids UDP: it may not have validated its own yet. */
const SETTLED = 5000
/** Nor is one by which a packet arrived more recently: the peer uses both carriers. */
const QUIET = 1000
/** Milliseconds between two rounds that a packet from a new port starts. */
const PORT_CHANGE_EVERY = 1000

/**
 * `unknown` before the first validation; `open`; `suspected`, valid but not relied on; `inactive`, where the peer fell
 * silent or its REPORT is overdue; `unusable`, after a round of probes without an answer.
 */
export type PathStatus = 'unknown' | 'open' | 'suspected' | 'inactive' | 'unusable'

interface Round {
  readonly port: number
  readonly token: Buffer
  readonly began: number
  probes: number
  cancel: Cancel
}

export interface PathOptions {
  readonly clock: Clock
  readonly random: (bytes: number) => Uint8Array
  readonly roundTrip: RoundTrip
  /** The port of the peer's HELLO or ACCEPT. */
  readonly port: number
  /** Sends a PROBE of 1200 bytes to the peer's host. */
  readonly sendProbe: (port: number, token: Buffer) => void
  /** The path became usable, or ceased to be. */
  readonly changed: (usable: boolean) => void
  /** A round ended without its token. */
  readonly failed: () => void
}

/**
 * Whether and to which port UDP reaches the peer (path validation as in QUIC, RFC 9000 section 8.2). The host
 * never changes: it is the connection's. The port is one that answered a probe of 1200 bytes, and changes
 * only to another that does.
 */
export class Path {
  readonly #options: PathOptions
  /** The port to probe: the one the peer named, or the one its authentic packets come from. */
  #candidate: number
  /** The port that answered; 0 before. */
  #port = 0
  readonly #liveness = new PathLiveness()
  #validatedAt = Number.NEGATIVE_INFINITY
  #suspected = false
  #usable = false
  #round: Round | undefined
  #pauseUntil = Number.NEGATIVE_INFINITY
  #pause = MIN_PAUSE
  #portChangedAt = Number.NEGATIVE_INFINITY

  constructor(options: PathOptions) {
    this.#options = options
    this.#candidate = options.port
  }

  /** The port to send to; 0 while none is validated. */
  get port(): number {
    return this.#port
  }

  /** Whether the host has answered a probe of this session. */
  get validated(): boolean {
    return this.#validatedAt !== Number.NEGATIVE_INFINITY
  }

  get probing(): boolean {
    return this.#round !== undefined
  }

  usable(now: number): boolean {
    const usable = this.status(now) === 'open'
    if (this.#usable && !usable) this.#change(false)
    return usable
  }

  /** Validated and alive, though perhaps suspected: it may be tried beside the stream. */
  reachable(now: number): boolean {
    const status = this.status(now)
    return status === 'open' || status === 'suspected'
  }

  status(now: number): PathStatus {
    if (this.#port === 0) return this.validated ? 'unusable' : 'unknown'
    if (!this.#liveness.isActive(now)) return 'inactive'
    return this.#suspected ? 'suspected' : 'open'
  }

  /** Begins a round where the path is not usable, unless one is under way or the pause after one lasts. */
  probe(now: number): void {
    if (this.#round === undefined && now >= this.#pauseUntil && !this.usable(now))
      this.#begin(this.#port || this.#candidate, now)
  }

  /** Begins a round at once: under new keys the initiator's packet must be the first. */
  validate(now: number): void {
    this.#endRound()
    this.#begin(this.#port || this.#candidate, now)
  }

  /** An authentic packet arrived from this port of the peer's host. */
  heard(port: number, now: number): void {
    if (port === this.#port) this.#liveness.packet(now)
    else if (port !== this.#round?.port) this.#otherPort(port, now)
  }

  /** The peer reports that our packets arrive. */
  confirmed(now: number): void {
    this.#liveness.reported(now)
  }

  /** A datagram of ours leaves by it; where a REPORT is overdue the path ceases to be usable. */
  sent(now: number): void {
    this.#liveness.sent(now)
    this.usable(now)
  }

  /** An expected packet stayed away: the path is validated before it is relied on again. */
  suspect(): void {
    if (this.#port === 0 || this.#round !== undefined) return
    this.#suspected = true
    this.#change(false)
  }

  /** The peer sends by stream although UDP is validated: its direction may be broken. */
  onPeerPrefersStream(now: number): void {
    const settled = now - this.#validatedAt > SETTLED && this.#liveness.sincePacket(now) > QUIET
    if (settled && this.usable(now)) this.suspect()
  }

  /** A PROBE_ACK. @returns whether its token is the one awaited from that port */
  acknowledged(token: Buffer, port: number, now: number): boolean {
    const round = this.#round
    if (round === undefined || round.port !== port || now - round.began > ROUND) return false
    if (!timingSafeEqual(token, round.token)) return false
    if (round.probes === 1) this.#options.roundTrip.sample(now - round.began)
    this.#endRound()
    this.#port = port
    this.#candidate = port
    this.#liveness.validated(now)
    this.#validatedAt = now
    this.#suspected = false
    this.#pause = MIN_PAUSE
    this.#pauseUntil = Number.NEGATIVE_INFINITY
    this.#change(true)
    return true
  }

  close(): void {
    this.#endRound()
    this.#port = 0
  }

  #otherPort(port: number, now: number): void {
    if (now - this.#portChangedAt < PORT_CHANGE_EVERY) return
    this.#portChangedAt = now
    this.#candidate = port
    this.#pauseUntil = Number.NEGATIVE_INFINITY
    if (this.#round !== undefined || this.#port !== 0) {
      this.#endRound()
      this.#begin(port, now)
    }
  }

  #begin(port: number, now: number): void {
    const token = Buffer.from(this.#options.random(TOKEN_BYTES))
    this.#round = { port, token, began: now, probes: 0, cancel: () => {} }
    this.#sendProbe(this.#round)
  }

  #sendProbe(round: Round): void {
    round.probes++
    const passed = PROBES_AT[round.probes - 1] ?? 0
    const next = PROBES_AT[round.probes]
    round.cancel =
      next === undefined
        ? this.#options.clock.after(ROUND - passed, () => this.#fail(round))
        : this.#options.clock.after(next - passed, () => this.#sendProbe(round))
    this.#options.sendProbe(round.port, round.token)
  }

  #fail(round: Round): void {
    this.#round = undefined
    if (this.#port === 0 || round.port === this.#port) this.#validationFailed(round)
    this.#options.failed()
  }

  /** The round of the path's own port, or the first one, failed. */
  #validationFailed(round: Round): void {
    const over = round.began + ROUND
    this.#pauseUntil = over + this.#pause
    this.#pause = Math.min(2 * this.#pause, MAX_PAUSE)
    // Packets still arrive: the probes were lost by chance, or only our own direction is blocked.
    if (this.#liveness.sincePacket(over) < ROUND) {
      this.suspect()
      return
    }
    this.#port = 0
    this.#suspected = false
    this.#change(false)
  }

  #endRound(): void {
    this.#round?.cancel()
    this.#round = undefined
  }

  #change(usable: boolean): void {
    if (usable === this.#usable) return
    this.#usable = usable
    this.#options.changed(usable)
  }
}
