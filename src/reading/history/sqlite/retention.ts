import { statSync } from 'node:fs'
import type { Clock } from '../../../clock.ts'
import type { ClockStatus } from '../../../hal/time-source.ts'
import type { Reading } from '../../reading.ts'
import type { HistoryLimits } from '../limits.ts'
import type { HistoryStore } from '../store/history-store.ts'
import { RetentionClock } from './retention-clock.ts'
import { withRows } from './row-shares.ts'
import { type HistoryShares, type SharedStore, shrinkToShares } from './shares.ts'
import { type PartSize, sizeOfPart, type Tails, unwrittenSize } from './tails.ts'

export interface RetentionInit {
  readonly clock: Clock
  readonly time: () => ClockStatus
  readonly limits: Pick<HistoryLimits, 'age' | 'bytes'>
  readonly shares?: HistoryShares
  readonly tails: Tails
  /** Our own PeerId. */
  readonly peer: string
  /** Unix seconds of the newest that is kept, 0 where there is none. */
  readonly newest: number
}

/** From when on the age of readings counts, and what is deleted of them. */
export class Retention {
  readonly #init: RetentionInit
  readonly #ages: RetentionClock
  #newest: number

  constructor(init: RetentionInit) {
    this.#init = init
    const { clock, time, limits, newest } = init
    this.#ages = new RetentionClock({ clock, time, age: limits.age, newest })
    this.#newest = newest
  }

  /**
   * Unix seconds from which the age of our own sealed readings counts: their newest, or now where that lies ahead.
   * While the time is unknown, they are as new as the newest that is kept.
   */
  dateOf(readings: readonly Reading[]): number {
    const now = this.#ages.now()
    if (now === undefined) return this.#newest
    return this.#dated(Math.min(now, Math.max(...readings.map(({ time }) => time ?? now))))
  }

  /** The age of others' readings counts from their arrival: their author's clock may be wrong. */
  arrival(): number {
    const now = this.#ages.now()
    return now === undefined ? this.#newest : this.#dated(now)
  }

  /** Unix seconds, by which the age of what is kept counts; undefined while the time is unknown. */
  now(): number | undefined {
    return this.#ages.now()
  }

  /**
   * Deletes what is old or too much.
   * @param spare bytes of the file that are free with the next flush
   * @returns how much was deleted: packs, blocks and parts of tails
   */
  retain(store: HistoryStore, spare: number): number {
    const { limits } = this.#init
    const now = this.#ages.now()
    let dropped = 0
    if (now !== undefined) {
      store.sealed.dateUndated(Math.floor(now))
      dropped += store.sealed.dropOlderThan(Math.floor(now - limits.age / 1000))
    }
    dropped += this.#shrinkToShares(store.sealed, sizeOfPart, limits.bytes)
    return dropped + store.shrinkTo(limits.bytes + spare)
  }

  /** Deletes what is beyond a share of what is not written. */
  shrinkUnwritten(sealed: SharedStore, bytes: number): void {
    this.#shrinkToShares(sealed, unwrittenSize, bytes)
  }

  #shrinkToShares(sealed: SharedStore, size: PartSize, bytes: number): number {
    const { shares, peer, tails } = this.#init
    return shares === undefined ? 0 : shrinkToShares(withRows(sealed, tails, size), bytes, shares, peer)
  }

  #dated(time: number): number {
    const date = Math.floor(time)
    this.#newest = Math.max(this.#newest, date)
    return date
  }
}

/** Unix seconds of the last write to a damaged file, about the newest date of what it has. */
export function writtenAt(file: string): number {
  return Math.floor((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1000)
}
