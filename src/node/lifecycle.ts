import { type Clock, withDeadline } from '../clock.ts'
import { describeError } from '../error.ts'
import type { Log } from '../log.ts'
import type { Startable } from '../startable.ts'

export interface LifecycleInit {
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds that each component may take to start, and all together to stop. */
  readonly startDeadline: number
  readonly stopDeadline: number
}

/**
 * Starts components in the order of the list and stops them in reverse. One that fails to start stops
 * those before it; one that fails to stop, or never does, does not keep the others running.
 */
export class Lifecycle {
  readonly #components: Startable[]
  readonly #init: LifecycleInit
  #started: Startable[] = []

  constructor(components: readonly Startable[], init: LifecycleInit) {
    this.#components = [...components]
    this.#init = init
  }

  /** @throws the error of the first component that could not start, or the signal's reason, after the others were stopped */
  async start(signal?: AbortSignal): Promise<void> {
    const { clock, startDeadline } = this.#init
    for (const component of this.#components) {
      this.#started.push(component)
      try {
        const work = async (): Promise<void> => await component.start?.()
        await withDeadline(clock, startDeadline, `starting ${component.name}`, work, signal)
      } catch (error) {
        await this.stop()
        throw error
      }
    }
  }

  async stop(): Promise<void> {
    const started = this.#started.reverse()
    this.#started = []
    const { clock, log, stopDeadline } = this.#init
    const end = clock.monotonic() + stopDeadline
    for (const component of started) {
      // Half of what is left: each of the rest is stopped however many hang, and the stop ends in time.
      const share = (end - clock.monotonic()) / 2
      await withDeadline(
        clock,
        share,
        `stopping ${component.name}`,
        async () => await component.stop?.()
      ).catch((error: unknown) => log.warn(describeError(error)))
    }
  }
}
