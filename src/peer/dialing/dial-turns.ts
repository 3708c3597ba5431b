import type { Cancel, Clock } from '../../clock.ts'
import { TokenBucket } from '../../token-bucket.ts'
import type { Known } from './known-peers.ts'
import type { DialingLimits } from './limits.ts'

export interface DialTurnsInit {
  readonly clock: Clock
  readonly limits: Pick<DialingLimits, 'parallelDials' | 'failuresPerSecond'>
  /** Dials. @returns whether there is a connection then; undefined where none is to be made now */
  readonly begin: (known: Known) => Promise<boolean> | undefined
}

/**
 * Whose dial is next: so many at one time and, of a book of thousands that answer nothing, so many a second. Who was
 * discovered or connected comes before who is only in the book; each of the two in the order in which they came.
 */
export class DialTurns {
  readonly #init: DialTurnsInit
  readonly #seen = new Set<Known>()
  readonly #others = new Set<Known>()
  readonly #failures: TokenBucket
  #dialling = 0
  #later: Cancel | undefined

  constructor(init: DialTurnsInit) {
    const { parallelDials: burst, failuresPerSecond: perSecond } = init.limits
    this.#init = init
    this.#failures = new TokenBucket({ perSecond, burst })
  }

  /** Its dial begins now or when its turn comes; who waits already stays where it is. */
  wait(known: Known): void {
    if (known.seenAt === undefined) this.#others.add(known)
    else {
      this.#others.delete(known)
      this.#seen.add(known)
    }
    this.#next()
  }

  drop(known: Known): void {
    this.#seen.delete(known)
    this.#others.delete(known)
  }

  stop(): void {
    this.#seen.clear()
    this.#others.clear()
    this.#later?.()
  }

  #next(): void {
    const { clock, limits, begin } = this.#init
    while (this.#dialling < limits.parallelDials) {
      const [known] = this.#seen.size > 0 ? this.#seen : this.#others
      if (known === undefined) return
      if (!this.#failures.has(clock.monotonic())) {
        this.#continueLater()
        return
      }
      this.drop(known)
      const dial = begin(known)
      if (dial === undefined) continue
      // Until it is known that there is an answer.
      this.#failures.take(clock.monotonic())
      void this.#count(dial)
    }
  }

  async #count(dial: Promise<boolean>): Promise<void> {
    this.#dialling++
    const isConnected = await dial
    this.#dialling--
    if (isConnected) this.#failures.give()
    this.#next()
  }

  #continueLater(): void {
    const { clock, limits } = this.#init
    this.#later ??= clock.after(1000 / limits.failuresPerSecond, () => {
      this.#later = undefined
      this.#next()
    })
  }
}
