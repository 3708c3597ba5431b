import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import { TokenBucket } from '../../token-bucket.ts'

/** Senders remembered; the one heard longest ago is removed first. */
const MAX_SENDERS = 1024
/** Of the budget for peers that were never reached, what one sender of announcements may use. */
const SENDER_SHARE = 1 / 8

export interface DialRequest {
  /** Addresses to dial. */
  readonly wanted: number
  /** Whether the peer was connected before: half of the budget is left to such peers. */
  readonly isReached: boolean
  /** The host that announced the peer; undefined where it was not announced. */
  readonly sender: string | undefined
}

/**
 * How many addresses of strangers may be dialled: token buckets that hold the dials of one minute. Any host of the
 * local network can announce any number of peers, and each dial is a connection to a host that it chose. So one sender
 * has a share, and newcomers that others announce are dialled all the same.
 */
export class DialBudget {
  readonly #clock: Clock
  readonly #perMinute: number
  readonly #reached: TokenBucket
  readonly #strangers: TokenBucket
  readonly #senders = new BoundedMap<string, TokenBucket>(MAX_SENDERS)

  /** @param perMinute addresses */
  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock
    this.#perMinute = perMinute
    this.#reached = bucket(perMinute / 2)
    this.#strangers = bucket(perMinute / 2)
  }

  /** @returns how many addresses may be dialled now */
  take({ wanted, isReached, sender }: DialRequest): number {
    const now = this.#clock.monotonic()
    const share = isReached || sender === undefined ? undefined : this.#shareOf(sender)
    let granted = 0
    while (granted < wanted) {
      if (share?.has(now) === false) break
      if (!(isReached && this.#reached.take(now)) && !this.#strangers.take(now)) break
      share?.take(now)
      granted += 1
    }
    return granted
  }

  #shareOf(sender: string): TokenBucket {
    const share = this.#senders.touch(sender) ?? bucket((this.#perMinute / 2) * SENDER_SHARE)
    this.#senders.set(sender, share)
    return share
  }
}

function bucket(perMinute: number): TokenBucket {
  return new TokenBucket({ perSecond: perMinute / 60, burst: Math.max(1, perMinute) })
}
