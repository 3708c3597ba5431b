import type { Cancel, Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Reason } from './checks.ts'

export interface FloodLogOptions {
  /** Milliseconds between two lines. */
  readonly period: number
  /** Messages dropped within a period that make a flood; fewer are only counted. */
  readonly min: number
  /** Sources counted at a time. */
  readonly sources: number
}

/** Why messages were dropped: by a check, or before the checks. */
export type FloodReason = Reason | 'control-rate' | 'malformed'

/** Logs a flood in one line a period, not one a message: the source with most, the number, the reasons. */
export class FloodLog {
  readonly #clock: Clock
  readonly #log: Log
  readonly #options: FloodLogOptions
  readonly #refused = new Map<string, number>()
  readonly #reasons = new Set<FloodReason>()
  #total = 0
  #cancel: Cancel | undefined

  constructor(clock: Clock, log: Log, options: FloodLogOptions) {
    this.#clock = clock
    this.#log = log
    this.#options = options
  }

  note(source: string, reason: FloodReason): void {
    this.#total += 1
    this.#reasons.add(reason)
    const known = this.#refused.get(source)
    if (known !== undefined || this.#refused.size < this.#options.sources)
      this.#refused.set(source, (known ?? 0) + 1)
    this.#cancel ??= this.#clock.after(this.#options.period, () => this.#report())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #report(): void {
    const worst = [...this.#refused].sort((a, b) => b[1] - a[1])[0]
    if (this.#total >= this.#options.min && worst !== undefined) {
      this.#log.warn('dropped a flood of gossip; messages of other peers are still accepted', {
        messages: this.#total,
        seconds: Math.round(this.#options.period / 1000),
        source: worst[0],
        reasons: [...this.#reasons]
      })
    }
    this.#refused.clear()
    this.#reasons.clear()
    this.#total = 0
    this.#cancel = undefined
  }
}
