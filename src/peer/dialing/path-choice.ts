import type { Connection } from '@libp2p/interface'
import { BoundedMap } from '../../bounded-map.ts'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { isBackground, isDirect } from '../../direct.ts'
import { isBounded, isNearlySpent } from '../../limited.ts'

/** Milliseconds that a direct connection must stand after a break before it is used, doubled at each break. */
const HOLD_MIN = 5_000
const HOLD_MAX = 300_000
/** Milliseconds without a stream after which a longer connection beside a direct one is closed. */
const IDLE = 30_000
/** Milliseconds between two looks at longer connections. */
const LOOK = 5_000
/** Peers whose breaks are remembered. */
const MAX_BREAKS = 1024

/**
 * Chooses among the open connections of a peer: a direct one before a longer one, unless it broke and does not stand
 * for long enough since. A longer one that is not used any more is closed.
 */
export class PathChoice {
  readonly #clock: Clock
  /** Clock.monotonic() of each connection. */
  readonly #openedAt = new WeakMap<Connection, number>()
  /** How often the direct connection of a peer broke. */
  readonly #breaks = new BoundedMap<string, number>(MAX_BREAKS)
  /** Longer connections that are open, and when a stream was seen on each last. */
  readonly #longer = new Map<Connection, number>()
  /** The open connections to a peer. */
  readonly #connections: (peer: string) => readonly Connection[]
  #cancel: Cancel | undefined

  constructor(clock: Clock, connections: (peer: string) => readonly Connection[]) {
    this.#clock = clock
    this.#connections = connections
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#longer.clear()
  }

  /** The connection for new streams; undefined where none is open. */
  best(peer: string): Connection | undefined {
    const open = this.#connections(peer)
    const direct = open.find(isDirect)
    if (direct !== undefined && this.#isProven(direct)) return direct
    // A relay has a budget of bytes; neighbours that carry a circuit have none. Of circuits the newest has most left.
    const longer = open.filter((connection) => !isDirect(connection))
    const unlimited = longer.find((connection) => !isBounded(connection))
    return unlimited ?? longer.findLast((connection) => !isNearlySpent(connection)) ?? longer.at(-1) ?? direct
  }

  opened(connection: Connection): void {
    const now = this.#clock.monotonic()
    this.#openedAt.set(connection, now)
    if (isDirect(connection)) return
    this.#longer.set(connection, now)
    this.#cancel ??= every(this.#clock, LOOK, () => this.#look())
  }

  closed(connection: Connection): void {
    this.#longer.delete(connection)
    if (this.#longer.size === 0) {
      this.#cancel?.()
      this.#cancel = undefined
    }
    const peer = connection.remotePeer.toString()
    if (!isDirect(connection) || this.#connections(peer).some(isDirect)) return
    const before = this.#stoodFor(connection) >= HOLD_MAX ? 0 : (this.#breaks.touch(peer) ?? 0)
    this.#breaks.set(peer, before + 1)
  }

  #isProven(direct: Connection): boolean {
    const breaks = this.#breaks.get(direct.remotePeer.toString()) ?? 0
    return breaks === 0 || this.#stoodFor(direct) >= Math.min(HOLD_MAX, HOLD_MIN * 2 ** (breaks - 1))
  }

  #stoodFor(connection: Connection): number {
    const now = this.#clock.monotonic()
    return now - (this.#openedAt.get(connection) ?? now)
  }

  #look(): void {
    const now = this.#clock.monotonic()
    for (const [connection, usedAt] of this.#longer) {
      const isUsed = connection.streams.some(({ protocol }) => !isBackground(protocol))
      if (isUsed) this.#longer.set(connection, now)
      if (isUsed || now - usedAt < IDLE) continue
      const best = this.best(connection.remotePeer.toString())
      if (best === undefined || !isDirect(best)) continue
      this.#longer.delete(connection)
      connection.close().catch((error: Error) => connection.abort(error))
    }
  }
}
