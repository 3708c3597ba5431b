import { BoundedMap } from '../../bounded-map.ts'
import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'

/** Milliseconds between two log lines about the clock of one author, and of how many authors that is known. */
const PAUSE = 3_600_000
const AUTHORS = 256

/** Says that the clock of a stored author is wrong, once an hour: its packs are stored and not relayed. */
export class ClockWarnings {
  readonly #clock: Clock
  readonly #log: Log
  readonly #warnedAt = new BoundedMap<string, number>(AUTHORS)

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  /** @param now Unix seconds by our own clock */
  note({ author, readings }: SealedReadings, now: number): void {
    const at = this.#clock.monotonic()
    const last = this.#warnedAt.get(author)
    const times = readings.map(({ time }) => time).filter((time) => time !== null)
    if (times.length === 0 || (last !== undefined && at - last < PAUSE)) return
    this.#warnedAt.set(author, at)
    const seconds = Math.round(now - Math.max(...times))
    this.#log.warn(
      `the clock of ${author}, or ours, is wrong by ${Math.abs(seconds)} s: its readings are stored, and not relayed`,
      { author, seconds: -seconds }
    )
  }
}
