import type { Clock } from '../../clock.ts'
import type { RelayLimits } from './limits.ts'

interface Reserved {
  /** Clock.monotonic(). */
  readonly until: number
  /** The IP address of a peer outside the book; undefined for one of the book. */
  readonly host: string | undefined
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

  /**
   * Reserves, or renews.
   * @param host where it counts among those of one address
   * @returns whether there is room
   */
  put(peer: string, host: string | undefined): boolean {
    this.#removeEnded()
    const { reservations, reservationsPerAddress, lifetime } = this.#limits
    if (!this.#reserved.has(peer)) {
      const ofHost = [...this.#reserved.values()].filter((one) => one.host === host).length
      if (this.#reserved.size >= reservations) return false
      if (host !== undefined && ofHost >= reservationsPerAddress) return false
    }
    this.#reserved.set(peer, { until: this.#clock.monotonic() + lifetime, host })
    return true
  }

  remove(peer: string): void {
    this.#reserved.delete(peer)
  }

  #removeEnded(): void {
    const now = this.#clock.monotonic()
    for (const [peer, { until }] of this.#reserved) if (until <= now) this.#reserved.delete(peer)
  }
}
