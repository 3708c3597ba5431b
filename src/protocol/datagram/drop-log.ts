import type { Cancel, Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { DropReason } from './counters.ts'

const PERIOD = 60_000

/** Worth a person's attention: signs of an attack or of a misconfiguration. The others are in the counters. */
const told: Partial<Record<DropReason, string>> = {
  'unknown-cid': 'datagrams with an unknown connection id dropped',
  source: 'datagrams from an address that is not the peer’s dropped',
  forged: 'datagrams with a forged seal dropped',
  unread: 'datagrams dropped unread, because too many were forged',
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
    if (told[reason] === undefined) return
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
    this.#cancel ??= this.#clock.after(PERIOD, () => this.#tell())
  }

  close(): void {
    this.#cancel?.()
    this.#counts.clear()
  }

  #tell(): void {
    this.#cancel = undefined
    for (const [reason, count] of this.#counts) {
      this.#log.warn(told[reason] ?? reason, { count, seconds: PERIOD / 1000 })
    }
    this.#counts.clear()
  }
}
