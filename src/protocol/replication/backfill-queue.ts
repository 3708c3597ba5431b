import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { BackfillLimits } from './limits.ts'

export type BackfillQueueOptions = Pick<BackfillLimits, 'concurrent' | 'spacing' | 'waiting'>

interface Waiting {
  readonly noticed: number
  readonly begin: (leave: () => void) => void
  readonly refuse: (reason: unknown) => void
}

/** Whose turn it is to ask for what it misses: the newest hole first, at a bounded rate. */
export class BackfillQueue {
  readonly #clock: Clock
  readonly #options: BackfillQueueOptions
  /** Ascending by when the hole was noticed. */
  readonly #waiting: Waiting[] = []
  #running = 0
  #nextAt = 0
  #timer: Cancel | undefined

  constructor(clock: Clock, options: BackfillQueueOptions) {
    this.#clock = clock
    this.#options = options
  }

  /**
   * Waits for a turn.
   * @param noticed Clock.monotonic() when the hole was noticed
   * @returns to be called when the question is over
   * @throws NodeError 'repair-busy' when newer holes took the room; the signal's reason
   */
  turn(noticed: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const stop = (): void => {
        const at = this.#waiting.indexOf(waiting)
        if (at >= 0) this.#waiting.splice(at, 1)
        reject(signal.reason)
      }
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T): void => {
          signal.removeEventListener('abort', stop)
          settle(value)
        }
      }
      const waiting = { noticed, begin: settled(resolve), refuse: settled(reject) }
      signal.addEventListener('abort', stop, { once: true })
      this.#insert(waiting)
      this.#next()
    })
  }

  #insert(waiting: Waiting): void {
    this.#waiting.splice(
      this.#waiting.findLastIndex(({ noticed }) => noticed <= waiting.noticed) + 1,
      0,
      waiting
    )
    if (this.#waiting.length <= this.#options.waiting) return
    this.#waiting
      .shift()
      ?.refuse(new NodeError('repair-busy', 'too many holes wait to be repaired', { remedy: 'retry' }))
  }

  #next(): void {
    if (this.#waiting.length === 0 || this.#running >= this.#options.concurrent) return
    const wait = this.#nextAt - this.#clock.monotonic()
    if (wait > 0) {
      this.#timer ??= this.#clock.after(wait, () => {
        this.#timer = undefined
        this.#next()
      })
      return
    }
    this.#nextAt = this.#clock.monotonic() + this.#options.spacing
    this.#running += 1
    this.#waiting.pop()?.begin(() => {
      this.#running -= 1
      this.#next()
    })
    this.#next()
  }
}
