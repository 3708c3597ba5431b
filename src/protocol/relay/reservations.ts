import type { Clock } from '../../clock.ts'
import { type Holder, hasRoomForStranger } from '../circuit/room-for-stranger.ts'
import type { RelayLimits } from './limits.ts'

/** Who asks for a reservation. */
export interface Asker extends Holder {
  readonly inBook: boolean
}

interface Reserved extends Asker {
  /** Clock.monotonic(). */
  readonly until: number
}

/** Of `all` places, those that peers outside the book may have: a quarter is left to the book. */
export function ofStrangers(all: number): number {
  return Math.max(1, Math.floor((all * 3) / 4))
}

/** Who may be reached over this relay. The bound is small, so that ended ones are looked for at each request. */
export class Reservations {
  readonly #clock: Clock
  readonly #limits: Pick<RelayLimits, 'reservations' | 'reservationsPerAddress' | 'lifetime'>
  readonly #reserved = new Map<string, Reserved>()

  constructor(
    clock: Clock,
    limits: Pick<RelayLimits, 'reservations' | 'reservationsPerAddress' | 'lifetime'>
  ) {
    this.#clock = clock
    this.#limits = limits
  }

  get size(): number {
    this.#removeEnded()
    return this.#reserved.size
  }

  has(peer: string): boolean {
    this.#removeEnded()
    return this.#reserved.has(peer)
  }

  /** Reserves, or renews. @returns whether there is room */
  put(peer: string, asker: Asker): boolean {
    this.#removeEnded()
    if (!this.#reserved.has(peer) && !this.#hasRoom(asker)) return false
    this.#reserved.set(peer, { ...asker, until: this.#clock.monotonic() + this.#limits.lifetime })
    return true
  }

  remove(peer: string): void {
    this.#reserved.delete(peer)
  }

  #hasRoom({ inBook, source }: Asker): boolean {
    const { reservations, reservationsPerAddress } = this.#limits
    if (this.#reserved.size >= reservations) return false
    if (inBook) return true
    const strangers = [...this.#reserved.values()].filter((one) => !one.inBook)
    const bounds = { all: ofStrangers(reservations), perAddress: reservationsPerAddress }
    return hasRoomForStranger(strangers, { source }, bounds)
  }

  #removeEnded(): void {
    const now = this.#clock.monotonic()
    for (const [peer, { until }] of this.#reserved) if (until <= now) this.#reserved.delete(peer)
  }
}
