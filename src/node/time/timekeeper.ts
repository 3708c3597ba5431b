import { type Cancel, type Clock, every, withDeadline } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { ClockStatus, TimeSource } from '../../hal/time-source.ts'
import type { Log } from '../../log.ts'
import type { Startable } from '../../startable.ts'

export interface TimekeeperInit {
  readonly clock: Clock
  readonly log: Log
  /** The first that is known is used (docs/protocols.md section 8, "Quality of time"). */
  readonly sources: readonly TimeSource[]
  /** Milliseconds between checks. */
  readonly period: number
  /** Milliseconds that one source may take, so that a hanging bus does not block the others. */
  readonly deadline: number
}

const UNKNOWN: ClockStatus = { quality: 2, offset: 0 }

/** Asks the sources of time each `period`, and reports when an unknown time becomes known. */
export class Timekeeper implements Startable {
  readonly name = 'time'
  readonly #init: TimekeeperInit
  #sources: readonly TimeSource[]
  #status: ClockStatus = UNKNOWN
  readonly #stopping = new AbortController()
  #checking: Promise<void> | undefined
  #cancel: Cancel | undefined
  #becameKnown: () => void = () => {}

  constructor(init: TimekeeperInit) {
    this.#init = init
    this.#sources = init.sources
  }

  async start(): Promise<void> {
    await this.check()
    this.#cancel = every(this.#init.clock, this.#init.period, () => void this.check())
  }

  stop(): void {
    this.#cancel?.()
    this.#stopping.abort(new Error('the node stops'))
  }

  /** Asks others from now on, at once for the first time. */
  async update(sources: readonly TimeSource[]): Promise<void> {
    this.#sources = sources
    await this.#checking
    await this.check()
  }

  /** Called once whenever an unknown time becomes known: the run ends, another begins. */
  onKnown(listener: () => void): void {
    this.#becameKnown = listener
  }

  status(): ClockStatus {
    return this.#status
  }

  /** Unix seconds; undefined while the clock is unknown. */
  now(): number | undefined {
    return this.#status.quality === 2 ? undefined : (this.#init.clock.now() + this.#status.offset) / 1000
  }

  /** Asks the sources now; a check that runs already is shared. Never throws: a source that fails is passed over. */
  check(): Promise<void> {
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined
    })
    return this.#checking
  }

  async #check(): Promise<void> {
    const before = this.#status.quality
    const status = await this.#ask()
    if (this.#stopping.signal.aborted) return
    this.#status = status
    if (before === 2 && status.quality !== 2) this.#becameKnown()
  }

  async #ask(): Promise<ClockStatus> {
    const { clock, deadline, log } = this.#init
    for (const source of this.#sources) {
      const ask = (): Promise<ClockStatus> => source.status()
      const asked = withDeadline(clock, deadline, 'a source of time', ask, this.#stopping.signal)
      const status = await asked.catch((error: unknown) => {
        log.debug(`a source of time failed: ${describeError(error)}`)
        return UNKNOWN
      })
      if (status.quality !== 2) return status
    }
    return UNKNOWN
  }
}
