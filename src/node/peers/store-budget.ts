import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { formatUnits, sizeUnits } from '../../units.ts'

export interface StoreBudgetInit {
  readonly clock: Clock
  readonly log: Log
  /** Bytes of one author that are stored in an hour, and at once after a quiet one. */
  readonly bytesPerHour: number
  /** Whether an author is stored for a claim alone: all such share one budget. */
  readonly isClaimed: (author: string) => boolean
}

interface Spent {
  bytes: number
  /** Clock.monotonic() at which `bytes` was right. */
  at: number
  isRefused: boolean
}

const HOUR = 3_600_000
/** The most authors whose budget is remembered. */
const MAX_AUTHORS = 4096
const CLAIMED = 'authors that are stored for a claim'

/**
 * How much of each other author is written: a disk wears by what is written, and readings that come faster than any
 * sensor measures are not worth it. What is refused is a gap, which blocks of the author fill later.
 */
export class StoreBudget {
  readonly #init: StoreBudgetInit
  readonly #spent = new BoundedMap<string, Spent>(MAX_AUTHORS)

  constructor(init: StoreBudgetInit) {
    this.#init = init
  }

  /** Spends an author's bytes. @returns false where its hour is used up: nothing is spent */
  take(author: string, bytes: number): boolean {
    const { log, bytesPerHour } = this.#init
    const [who, spent] = this.#spentBy(author)
    if (spent.bytes + bytes > bytesPerHour) {
      if (!spent.isRefused)
        log.warn(`${who}: more than ${formatUnits(bytesPerHour, sizeUnits)} an hour; the rest is not stored`)
      spent.isRefused = true
      return false
    }
    spent.bytes += bytes
    return true
  }

  /** Whether something of an author may be asked for: half of its hour is left. */
  hasRoom(author: string): boolean {
    const [, spent] = this.#spentBy(author)
    return spent.bytes <= this.#init.bytesPerHour / 2
  }

  #spentBy(author: string): [who: string, spent: Spent] {
    const { clock, bytesPerHour, isClaimed } = this.#init
    const who = isClaimed(author) ? CLAIMED : author
    const now = clock.monotonic()
    const spent = this.#spent.touch(who) ?? { bytes: 0, at: now, isRefused: false }
    spent.bytes = Math.max(0, spent.bytes - ((now - spent.at) * bytesPerHour) / HOUR)
    spent.at = now
    // Said again only after a quiet time: a flood would fill the log as well.
    if (spent.bytes === 0) spent.isRefused = false
    this.#spent.set(who, spent)
    return [who, spent]
  }
}
