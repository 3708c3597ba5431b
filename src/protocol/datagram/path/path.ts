import { timingSafeEqual } from 'node:crypto'
import type { Cancel, Clock } from '../../../clock.ts'
import { TOKEN_BYTES } from '../constants.ts'
import { PathLiveness } from './liveness.ts'
import type { RoundTrip } from './round-trip.ts'

/** PROBEs of one round leave at these times, and its token is good for so long. Milliseconds. */
const PROBES_AT = [0, 200, 600] as const
const ROUND = 5000
/** After a round without an answer; doubled up to the greatest while the answers stay away. */
const MIN_REST = 15_000
const GREATEST_REST = 120_000
/** A path proven as lately as this is not doubted because the peer does without UDP: it may not know yet. */
const SETTLED = 5000
/** Nor is one from which something came as lately as this: the peer goes both ways. */
const QUIET = 1000
/** A packet from a new port starts a round at most so often. */
const PORT_CHANGE_EVERY = 1000

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
  /** The port the peer told us. */
  readonly port: number
  /** Sends a PROBE of 1200 bytes to the peer's host. */
  readonly probe: (port: number, token: Buffer) => void
  /** The path became usable, or ceased to be. */
  readonly changed: (usable: boolean) => void
  /** A round ended without its token. */
  readonly failed: () => void
}

/**
 * Whether and to which port UDP reaches the peer. The host never changes: it is the connection's. The
 * port is one that answered a probe of 1200 bytes, and moves only to another that does.
 */
export class Path {
  readonly #options: PathOptions
  /** The port to probe: the peer's own word, or where its authentic packets come from. */
  #candidate: number
  /** The port that answered; 0 before. */
  #port = 0
  readonly #signs = new PathLiveness()
  #provenAt = Number.NEGATIVE_INFINITY
  #doubted = false
  #usable = false
  #round: Round | undefined
  #restUntil = Number.NEGATIVE_INFINITY
  #rest = MIN_REST
  #portChangedAt = Number.NEGATIVE_INFINITY

  constructor(options: PathOptions) {
    this.#options = options
    this.#candidate = options.port
  }

  /** The port to send to; 0 while there is none. */
  get port(): number {
    return this.#port
  }

  /** Whether the host has ever answered a probe of this session. */
  get proven(): boolean {
    return this.#provenAt !== Number.NEGATIVE_INFINITY
  }

  get probing(): boolean {
    return this.#round !== undefined
  }

  usable(now: number): boolean {
    const usable = !this.#doubted && this.reachable(now)
    if (this.#usable && !usable) this.#change(false)
    return usable
  }

  /** Proven, not silent since, and nothing tells that our direction is broken: in doubt it may still be tried. */
  reachable(now: number): boolean {
    return this.#port !== 0 && !this.#signs.isSilent(now) && !this.#signs.isUntold(now)
  }

  /** There is something to send: begins a round where the path is not usable, unless one runs or rests. */
  seek(now: number): void {
    if (this.#round === undefined && now >= this.#restUntil && !this.usable(now))
      this.#begin(this.#port || this.#candidate, now)
  }

  /** Probes at once, rest or not: under new keys the first packet must be ours. */
  validate(now: number): void {
    this.#endRound()
    this.#begin(this.#port || this.#candidate, now)
  }

  /** An authentic packet came from this port of the peer's host. */
  heard(port: number, now: number): void {
    if (port === this.#port) this.#signs.packet(now)
    else if (port !== this.#round?.port) this.#otherPort(port, now)
  }

  /** The peer tells that our packets arrive. */
  confirmed(now: number): void {
    this.#signs.report(now)
  }

  /** A datagram of ours leaves by it; should the peer have told of others, it ceases to be usable. */
  sent(now: number): void {
    this.#signs.sent(now)
    this.usable(now)
  }

  /** What was expected stayed away: the path is probed before it is relied on again. */
  suspect(): void {
    if (this.#port === 0 || this.#round !== undefined) return
    this.#doubted = true
    this.#change(false)
  }

  /** The peer sends by stream where UDP is proven: it has its reasons. */
  onPeerPrefersStream(now: number): void {
    const settled = now - this.#provenAt > SETTLED && this.#signs.sincePacket(now) > QUIET
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
    this.#signs.proven(now)
    this.#provenAt = now
    this.#doubted = false
    this.#rest = MIN_REST
    this.#restUntil = Number.NEGATIVE_INFINITY
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
    this.#restUntil = Number.NEGATIVE_INFINITY
    if (this.#round !== undefined || this.#port !== 0) {
      this.#endRound()
      this.#begin(port, now)
    }
  }

  #begin(port: number, now: number): void {
    const token = Buffer.from(this.#options.random(TOKEN_BYTES))
    this.#round = { port, token, began: now, probes: 0, cancel: () => {} }
    this.#probe(this.#round)
  }

  #probe(round: Round): void {
    round.probes++
    const passed = PROBES_AT[round.probes - 1] ?? 0
    const next = PROBES_AT[round.probes]
    round.cancel =
      next === undefined
        ? this.#options.clock.after(ROUND - passed, () => this.#fail(round))
        : this.#options.clock.after(next - passed, () => this.#probe(round))
    this.#options.probe(round.port, round.token)
  }

  #fail(round: Round): void {
    this.#round = undefined
    if (this.#port === 0 || round.port === this.#port) this.#unproven(round)
    this.#options.failed()
  }

  /** The path was not proven; that a new port does not answer says nothing about it. */
  #unproven(round: Round): void {
    const over = round.began + ROUND
    this.#restUntil = over + this.#rest
    this.#rest = Math.min(2 * this.#rest, GREATEST_REST)
    // Where packets come, either the probes were lost by chance or only our own direction is blocked.
    if (this.#signs.sincePacket(over) < ROUND) {
      this.suspect()
      return
    }
    this.#port = 0
    this.#doubted = false
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
