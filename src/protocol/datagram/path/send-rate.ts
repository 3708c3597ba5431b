import { TokenBucket } from '../../../token-bucket.ts'
import type { DatagramLimits } from '../limits.ts'
import type { RoundTrip } from './round-trip.ts'

/** A report of more loss than this halves the rate (RFC 8085 section 3.1 asks for a reaction to loss). */
const LOSS = 0.1
const HALVED_FOR = 15_000
/** Reports of fewer packets than this are not judged. */
const SIGNIFICANT = 10

/**
 * How often a session may send (RFC 8085 section 3.1): one datagram a round trip to a distant peer, the
 * configured rate to one in our own subnet. What is over the rate is dropped, never queued.
 */
export class SendRate {
  readonly #bucket: TokenBucket
  readonly #ceiling: number
  readonly #onLink: boolean
  readonly #roundTrip: RoundTrip
  #halvedUntil = 0

  constructor(limits: DatagramLimits, onLink: boolean, roundTrip: RoundTrip) {
    const rate = onLink ? limits.onLinkRate : limits.distantRate
    this.#bucket = new TokenBucket(rate)
    this.#ceiling = rate.perSecond
    this.#onLink = onLink
    this.#roundTrip = roundTrip
  }

  take(now: number): boolean {
    return this.#bucket.take(now, this.perSecond(now))
  }

  /** Datagrams a second now. */
  perSecond(now: number): number {
    const rate = this.#onLink ? this.#ceiling : this.#distant()
    return now < this.#halvedUntil ? rate / 2 : rate
  }

  /** A REPORT of the peer: packets it received, and packets it expected. */
  reported(received: number, expected: number, now: number): void {
    if (expected >= SIGNIFICANT && expected - received > LOSS * expected) this.#halvedUntil = now + HALVED_FOR
  }

  #distant(): number {
    const roundTrip = this.#roundTrip.smoothed
    return roundTrip === undefined ? 1 : Math.min(this.#ceiling, Math.max(1, 1000 / roundTrip))
  }
}
