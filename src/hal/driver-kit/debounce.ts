import type { Cancel, Clock } from '../../clock.ts'
import type { Edge, Level } from '../gpio.ts'

export interface DebounceOptions {
  readonly clock: Clock
  /** Milliseconds that a level must hold before it counts; 0 passes every edge. */
  readonly hold: number
  /** Milliseconds without a level that holds, after which the line is unstable. */
  readonly timeout: number
  /** A level that held: its edge, with the time of the first edge of the burst, when the contact moved. */
  readonly onLevel: (edge: Edge) => void
  /** Once for each burst longer than `timeout`; onLevel follows when it ends, even with the same level as before. */
  readonly onUnstable: (since: number) => void
}

/** Edges without a pause of `hold` between any two. */
interface Burst {
  readonly since: number
  readonly last: Edge
  readonly unstable: boolean
}

/**
 * Makes levels from the edges of a bouncing contact. It uses the times of the edges, not those of their
 * arrival, so that a stall of the process does not change the result.
 */
export class Debounce {
  readonly #options: DebounceOptions
  #level: Level | undefined
  #burst: Burst | undefined
  #cancel: Cancel = () => {}
  #waiting: (() => void)[] = []

  constructor(options: DebounceOptions) {
    this.#options = options
  }

  /** The level that held last; undefined before the first. */
  get level(): Level | undefined {
    return this.#level
  }

  /** Sets the level without calling onLevel. */
  assume(level: Level): void {
    this.#level = level
  }

  /** Takes an edge; the first may be the level at the start. */
  next(edge: Edge): void {
    const { clock, hold, timeout, onUnstable } = this.#options
    if (this.#burst !== undefined && edge.at - this.#burst.last.at >= hold) this.#settle(this.#burst)
    const { unstable = false } = this.#burst ?? {}
    const since = Math.min(edge.at, this.#burst?.since ?? edge.at)
    const tooLong = edge.at - since > timeout
    const burst = { since, last: edge, unstable: unstable || tooLong }
    this.#burst = burst
    this.#cancel()
    if (tooLong && !unstable) onUnstable(since)
    const left = edge.at + hold - clock.monotonic()
    if (hold === 0) this.#settle(burst)
    else this.#cancel = clock.after(Math.max(0, left), () => this.#settleNext(burst))
  }

  /** Resolves as soon as the line holds a level. */
  async settled(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#burst === undefined && this.#level !== undefined) return
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((other) => other !== settle)
        reject(signal.reason)
      }
      const settle = (): void => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      signal.addEventListener('abort', stop, { once: true })
      this.#waiting.push(settle)
    })
  }

  /** Ends: no callback follows. */
  end(): void {
    this.#cancel()
    this.#burst = undefined
  }

  /** After a stall, timers fire before the edges that wait in the kernel: one more turn lets these come first. */
  #settleNext(burst: Burst): void {
    this.#cancel = this.#options.clock.after(0, () => this.#settle(burst))
  }

  #settle({ since, last, unstable }: Burst): void {
    this.#cancel()
    this.#burst = undefined
    if (last.level !== this.#level || unstable || this.#options.hold === 0) {
      this.#level = last.level
      this.#options.onLevel({ ...last, at: unstable ? last.at : since })
    }
    for (const settle of this.#waiting.splice(0)) settle()
  }
}
