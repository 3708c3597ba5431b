import type { TimeWhen } from '../../config/rules/rules.ts'
import { nextOccurrence, type Occurrence } from './time-of-day.ts'

/** Milliseconds by which a time may be missed, as by a machine that was suspended, and still counts. */
const LATE = 120_000
/** Milliseconds by which the clock may be put back without a time that has come counting again. */
const BACK = 86_400_000

/** Watches for a time of day by a clock that may be unknown, and may be corrected. */
export class DayClock {
  readonly #when: TimeWhen
  /** Kept while the clock is unknown: a source of time that fails for a moment must not leave a time out unsaid. */
  #next: Occurrence | undefined
  #isKnown = false
  /** Unix milliseconds of the last occurrence that came, and was not missed. */
  #last = Number.NEGATIVE_INFINITY

  constructor(when: TimeWhen) {
    this.#when = when
  }

  /** undefined while the clock is unknown. */
  get next(): Occurrence | undefined {
    return this.#isKnown ? this.#next : undefined
  }

  /**
   * @param now Unix milliseconds; undefined while the clock is unknown
   * @returns the occurrence that came since the last look; one that the clock jumped over, or that came while it was
   * unknown, by more than two minutes is `missed`
   */
  look(now: number | undefined): { readonly came: Occurrence; readonly missed: boolean } | undefined {
    this.#isKnown = now !== undefined
    if (now === undefined) return undefined
    const due = this.#next
    if (due !== undefined && now >= due.at) {
      const missed = now - due.at > LATE
      if (!missed) this.#last = due.at
      this.#plan(now)
      return { came: due, missed }
    }
    this.#plan(now)
    return undefined
  }

  #plan(now: number): void {
    const isBack = this.#last > now && this.#last - now < BACK
    this.#next = nextOccurrence(this.#when, isBack ? this.#last : now)
  }
}
