import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { BackfillLimits } from './limits.ts'

export type BackfillQueueOptions = Pick<BackfillLimits, 'concurrent' | 'spacing' | 'waiting'>

interface Waiting {
  readonly noticedAt: number
  readonly begin: (leave: () => void) => void
  readonly refuse: (reason: unknown) => void
}

/** Orders requests for missing readings: the newest gap first, at a bounded rate. */
export class BackfillQueue {
  readonly #clock: Clock
  readonly #options: BackfillQueueOptions
  /** Ascending by when the gap was noticed. */
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
   * @param noticedAt Clock.monotonic() when the gap was noticed
   * @returns to be called when the request has ended, or before; further calls do nothing
   * @throws NodeError 'backfill-busy' when newer gaps took its place; the signal's reason
   */
  turn(noticedAt: number, signal: AbortSignal): Promise<() => void> {
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
      const waiting = { noticedAt, begin: settled(resolve), refuse: settled(reject) }
      signal.addEventListener('abort', stop, { once: true })
      this.#insert(waiting)
      this.#next()
    })
  }

  #insert(waiting: Waiting): void {
    this.#waiting.splice(
      this.#waiting.findLastIndex(({ noticedAt }) => noticedAt <= waiting.noticedAt) + 1,
      0,
      waiting
    )
    if (this.#waiting.length <= this.#options.waiting) return
    this.#waiting
      .shift()
      ?.refuse(new NodeError('backfill-busy', 'too many gaps wait to be filled', { remedy: 'retry' }))
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
    let isIn = true
    this.#waiting.pop()?.begin(() => {
      if (!isIn) return
      isIn = false
      this.#running -= 1
      this.#next()
    })
    this.#next()
  }
}
