import { type Cancel, type Clock, every } from '../../clock.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Outcome, Sample } from '../../reading/reading.ts'

/** The quantity of a switch's series, `heater/switch`. */
export const SWITCH_QUANTITY = 'switch'

export interface StateReadingsInit {
  readonly name: string
  /** Milliseconds between readings. */
  readonly interval: number
  /** Milliseconds between two readings of changes; the newest is always read. */
  readonly spacing: number
  readonly clock: Clock
  readonly log: Log
  /** Milliseconds that a reading may take. */
  readonly deadline: number
  /** Never rejects. */
  readonly read: () => Promise<Outcome>
  readonly emit: (sample: Sample) => void
}

/** The state of a switch as readings: on each change, and every interval. */
export class StateReadings {
  readonly #init: StateReadingsInit
  #cancel: Cancel = () => {}
  #cancelChange: Cancel | undefined
  #next = -Infinity
  #running = false
  /** Clock.monotonic() when the reading began that is under way. */
  #readingSince: number | undefined
  #readAgain = false

  constructor(init: StateReadingsInit) {
    this.#init = init
  }

  /** Whether a reading does not come back: no output can cause that, its line does. */
  get isStalled(): boolean {
    const { clock, deadline } = this.#init
    return this.#readingSince !== undefined && clock.monotonic() - this.#readingSince > deadline
  }

  /** The first reading is made at once. */
  start(): void {
    this.#running = true
    this.#cancel = every(this.#init.clock, this.#init.interval, () => this.#read())
    this.changed()
  }

  /** @param last the state in which it was left */
  end(last?: Outcome): void {
    this.#running = false
    this.#cancel()
    this.#cancelChange?.()
    this.#cancelChange = undefined
    if (last !== undefined) this.#take(last)
  }

  changed(): void {
    if (!this.#running || this.#cancelChange !== undefined) return
    const { clock } = this.#init
    const wait = Math.max(0, this.#next - clock.monotonic())
    this.#cancelChange = clock.after(wait, () => {
      this.#cancelChange = undefined
      this.#read()
    })
  }

  /** One at a time; what is asked for meanwhile is read once afterwards. */
  #read(): void {
    const { clock, spacing, read } = this.#init
    if (this.#readingSince !== undefined) {
      this.#readAgain = true
      return
    }
    this.#next = clock.monotonic() + spacing
    this.#readingSince = clock.monotonic()
    this.#readAgain = false
    void read().then((outcome) => {
      this.#readingSince = undefined
      if (!this.#running) return
      this.#take(outcome)
      if (this.#readAgain) this.changed()
    })
  }

  #take(outcome: Outcome): void {
    const { name, interval, clock, log, emit } = this.#init
    const at = clock.monotonic()
    try {
      emit({ device: name, quantity: SWITCH_QUANTITY, at, interval: interval / 1000, ...outcome })
    } catch (error) {
      log.error(`the state of switch ${name} was not taken: ${describeError(error)}`)
    }
  }
}
