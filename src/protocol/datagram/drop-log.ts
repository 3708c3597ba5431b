import type { Cancel, Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { DropReason } from './counters.ts'

const PERIOD = 60_000

/** Reasons that are logged: signs of an attack or of a misconfiguration. The others are in the counters only. */
const messages: Partial<Record<DropReason, string>> = {
  'unknown-cid': 'datagrams with an unknown connection id dropped',
  source: 'datagrams from an address that is not the peer’s dropped',
  forged: 'forged datagrams dropped',
  discarded: 'datagrams discarded before decryption, because too many were forged',
  'bad-frame': 'datagram sessions ended by a malformed frame',
  sessions: 'datagram sessions refused, the table is full'
}

/** At most one line a minute and reason, with the count since the last. */
export class DropLog {
  readonly #clock: Clock
  readonly #log: Log
  readonly #counts = new Map<DropReason, number>()
  #cancel: Cancel | undefined

  constructor(clock: Clock, log: Log) {
    this.#clock = clock
    this.#log = log
  }

  drop(reason: DropReason): void {
    if (messages[reason] === undefined) return
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
    this.#cancel ??= this.#clock.after(PERIOD, () => this.#report())
  }

  close(): void {
    this.#cancel?.()
    this.#counts.clear()
  }

  #report(): void {
    this.#cancel = undefined
    for (const [reason, count] of this.#counts) {
      this.#log.warn(messages[reason] ?? reason, { count, seconds: PERIOD / 1000 })
    }
    this.#counts.clear()
  }
}
