import type { Clock } from './clock.ts'

/** What belongs to a line: peers, counts, reasons. Variable parts go here, not into the message. */
export type LogFields = Readonly<Record<string, unknown>>

/**
 * Lines for a person: what happened, to whom, what the node does about it. At info level an idle
 * node logs nothing. The writer (node/log.ts) is chosen in the composition root.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

const MINUTE = 60_000

/** Takes each word once a minute, and of so many words a minute: what others cause must not fill the log. */
export class EachMinute {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #capacity: number
  readonly #taken = new Set<string>()
  #since = Number.NEGATIVE_INFINITY

  constructor(clock: Pick<Clock, 'monotonic'>, capacity: number) {
    this.#clock = clock
    this.#capacity = capacity
  }

  take(word: string): boolean {
    const now = this.#clock.monotonic()
    if (now - this.#since >= MINUTE) {
      this.#taken.clear()
      this.#since = now
    }
    if (this.#taken.has(word) || this.#taken.size >= this.#capacity) return false
    this.#taken.add(word)
    return true
  }
}
