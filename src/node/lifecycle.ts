import { type Clock, withDeadline } from '../clock.ts'
import { describeError } from '../error.ts'
import type { Log } from '../log.ts'
import type { Startable } from '../startable.ts'

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
  readonly #parts: Startable[]
  readonly #init: LifecycleInit
  #started: Startable[] = []

  constructor(parts: readonly Startable[], init: LifecycleInit) {
    this.#parts = [...parts]
    this.#init = init
  }

  /** @throws the error of the first part that could not start, or the signal's reason, after the others were stopped */
  async start(signal?: AbortSignal): Promise<void> {
    const { clock, startDeadline } = this.#init
    for (const part of this.#parts) {
      this.#started.push(part)
      try {
        const work = async (): Promise<void> => await part.start?.()
        await withDeadline(clock, startDeadline, `starting ${part.name}`, work, signal)
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
      // Half of what is left: however many hang, the rest have their turn, and all of it ends in time.
      const share = (end - clock.monotonic()) / 2
      await withDeadline(clock, share, `stopping ${part.name}`, async () => await part.stop?.()).catch(
        (error: unknown) => log.warn(describeError(error))
      )
    }
  }
}
