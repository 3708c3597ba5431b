import { type Cancel, type Clock, every } from '../clock.ts'
import { describeError } from '../error.ts'
import type { TimeBelief, TimeSource } from '../hal/time-source.ts'
import type { Log } from '../log.ts'

export interface TimekeeperInit {
  readonly clock: Clock
  readonly log: Log
  /** In the order in which they are believed (wire.md, Time without a clock). */
  readonly sources: readonly TimeSource[]
  /** Milliseconds between looks. */
  readonly period: number
}

const UNKNOWN: TimeBelief = { quality: 2, offset: 0 }

/** Asks the sources of time now and then, and tells when a clock that was unknown becomes known. */
export class Timekeeper {
  readonly #init: TimekeeperInit
  #belief: TimeBelief = UNKNOWN
  #cancel: Cancel | undefined
  #becameKnown: () => void = () => {}

  constructor(init: TimekeeperInit) {
    this.#init = init
  }

  async start(): Promise<void> {
    await this.look()
    this.#cancel = every(this.#init.clock, this.#init.period, () => void this.look())
  }

  stop(): void {
    this.#cancel?.()
  }

  /** Called once whenever an unknown time becomes known: the run ends, another begins. */
  onKnown(listener: () => void): void {
    this.#becameKnown = listener
  }

  belief(): TimeBelief {
    return this.#belief
  }

  /** Unix seconds; undefined while the clock is not believed. */
  now(): number | undefined {
    return this.#belief.quality === 2 ? undefined : (this.#init.clock.now() + this.#belief.offset) / 1000
  }

  /** Asks the sources now. Never throws: a source that fails is passed over. */
  async look(): Promise<void> {
    const before = this.#belief.quality
    this.#belief = await this.#ask()
    if (before === 2 && this.#belief.quality !== 2) this.#becameKnown()
  }

  async #ask(): Promise<TimeBelief> {
    for (const source of this.#init.sources) {
      const belief = await source.belief().catch((error: unknown) => {
        this.#init.log.debug(`a source of time failed: ${describeError(error)}`)
        return UNKNOWN
      })
      if (belief.quality !== 2) return belief
    }
    return UNKNOWN
  }
}
