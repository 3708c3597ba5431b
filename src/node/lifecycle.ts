import { type Clock, withDeadline } from '../clock.ts'
import { describeError } from '../error.ts'
import type { Log } from '../log.ts'

/** One part of a node that must be started or stopped. Either may be absent. */
export interface Part {
  readonly name: string
  start?(): void | Promise<void>
  stop?(): void | Promise<void>
}

export interface LifecycleInit {
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds each part may take to start, and all together to stop. */
  readonly startDeadline: number
  readonly stopDeadline: number
}

/**
 * Starts parts in the order of the list and stops them in reverse. A part that fails to start stops
 * those before it; one that fails to stop, or does not come to an end, never keeps the others.
 */
export class Lifecycle {
  readonly #parts: Part[]
  readonly #init: LifecycleInit
  #started: Part[] = []

  constructor(parts: readonly Part[], init: LifecycleInit) {
    this.#parts = [...parts]
    this.#init = init
  }

  /** @throws the error of the first part that could not start, after the others were stopped */
  async start(): Promise<void> {
    const { clock, startDeadline } = this.#init
    for (const part of this.#parts) {
      this.#started.push(part)
      try {
        await withDeadline(clock, startDeadline, `starting ${part.name}`, async () => await part.start?.())
      } catch (error) {
        await this.stop()
        throw error
      }
    }
  }

  async stop(): Promise<void> {
    const parts = this.#started.reverse()
    this.#started = []
    const { clock, log, stopDeadline } = this.#init
    const end = clock.monotonic() + stopDeadline
    for (const part of parts) {
      const left = Math.max(MINIMUM_STOP, end - clock.monotonic())
      await withDeadline(clock, left, `stopping ${part.name}`, async () => await part.stop?.()).catch(
        (error: unknown) => log.warn(describeError(error))
      )
    }
  }
}

/** Milliseconds that even the last part is given, so that a slow one before it costs no data. */
const MINIMUM_STOP = 200
