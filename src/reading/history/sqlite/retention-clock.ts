import type { Clock } from '../../../clock.ts'
import type { ClockStatus } from '../../../hal/time-source.ts'
import { correctedTime } from '../../corrected-time.ts'

export interface RetentionClockInit {
  readonly clock: Clock
  readonly time: () => ClockStatus
  /** Milliseconds that readings are kept. */
  readonly age: number
  /** Unix seconds of the newest reading that is kept, 0 where there is none. */
  readonly newest: number
}

/** Seconds by which the clock may be set ahead at once: corrections, not steps. */
const TOLERANCE = 10
/** Milliseconds for which a synchronised clock must keep to a step. */
const CONFIRMATION = 86_400_000

/**
 * The time by which the age of readings counts. It never steps ahead: after a step of the clock it goes on at the pace
 * of the monotonic one, so that a clock which is wrong for a while, or a battery clock with a wrong year, deletes
 * nothing. A step counts once the clock has kept to it for as long as readings are kept, or for a day where it is
 * synchronised. A step back counts at once, as it deletes nothing.
 */
export class RetentionClock {
  readonly #init: RetentionClockInit
  #last: { readonly time: number; readonly at: number } | undefined
  /** Clock.monotonic() since when the clock is ahead, with one quality. */
  #ahead: { readonly since: number; readonly quality: number } | undefined

  constructor(init: RetentionClockInit) {
    this.#init = init
  }

  /** Unix seconds; undefined while the time is unknown. */
  now(): number | undefined {
    const { clock } = this.#init
    const status = this.#init.time()
    const wall = correctedTime(clock, status)
    if (wall === undefined) return undefined
    const at = clock.monotonic()
    const steady = this.#steady(wall, status, at)
    const time = wall <= steady + TOLERANCE || this.#isConfirmed(status, at) ? wall : steady
    if (time === wall) this.#ahead = undefined
    this.#last = { time, at }
    return time
  }

  /** The time by the monotonic clock; at first that of a synchronised clock, or of the newest reading. */
  #steady(wall: number, { quality }: ClockStatus, at: number): number {
    if (this.#last !== undefined) return this.#last.time + (at - this.#last.at) / 1000
    const { newest } = this.#init
    return quality === 0 || newest === 0 ? wall : Math.min(wall, newest)
  }

  #isConfirmed({ quality }: ClockStatus, at: number): boolean {
    if (this.#ahead?.quality !== quality) this.#ahead = { since: at, quality }
    const { age } = this.#init
    return at - this.#ahead.since >= (quality === 0 ? Math.min(age, CONFIRMATION) : age)
  }
}
