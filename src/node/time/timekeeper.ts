import { type Cancel, type Clock, every, withDeadline } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { ClockStatus, TimeSource } from '../../hal/time-source.ts'
import type { Log } from '../../log.ts'

export interface TimekeeperInit {
  readonly clock: Clock
  readonly log: Log
  /** In the order in which they are believed (wire.md, Time without a clock). */
  readonly sources: readonly TimeSource[]
  /** Milliseconds between looks. */
  readonly period: number
  /** Milliseconds that one source may take: a clock chip on a bus that hangs keeps nobody. */
  readonly deadline: number
}

const UNKNOWN: ClockStatus = { quality: 2, offset: 0 }

/** Asks the sources of time now and then, and tells when a clock that was unknown becomes known. */
export class Timekeeper {
  readonly #init: TimekeeperInit
  #belief: ClockStatus = UNKNOWN
  readonly #stopping = new AbortController()
  #looking: Promise<void> | undefined
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
    this.#stopping.abort(new Error('the node stops'))
  }

  /** Called once whenever an unknown time becomes known: the run ends, another begins. */
  onKnown(listener: () => void): void {
    this.#becameKnown = listener
  }

  belief(): ClockStatus {
    return this.#belief
  }

  /** Unix seconds; undefined while the clock is not believed. */
  now(): number | undefined {
    return this.#belief.quality === 2 ? undefined : (this.#init.clock.now() + this.#belief.offset) / 1000
  }

  /** Asks the sources now; while they are asked, that is the look. Never throws: a source that fails is passed over. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #look(): Promise<void> {
    const before = this.#belief.quality
    const belief = await this.#ask()
    if (this.#stopping.signal.aborted) return
    this.#belief = belief
    if (before === 2 && belief.quality !== 2) this.#becameKnown()
  }

  async #ask(): Promise<ClockStatus> {
    const { clock, deadline, sources, log } = this.#init
    for (const source of sources) {
      const ask = (): Promise<ClockStatus> => source.status()
      const asked = withDeadline(clock, deadline, 'a source of time', ask, this.#stopping.signal)
      const belief = await asked.catch((error: unknown) => {
        log.debug(`a source of time failed: ${describeError(error)}`)
        return UNKNOWN
      })
      if (belief.quality !== 2) return belief
    }
    return UNKNOWN
  }
}
