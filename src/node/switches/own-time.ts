import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { OwnerTime } from './command.ts'

const BOOT_BYTES = 8

/** This node's time as senders of commands see it: it needs no wall clock, and another start is another time. */
export class OwnTime {
  readonly #clock: Clock
  readonly #boot: string
  readonly #started: number

  constructor(clock: Clock, random: (bytes: number) => Uint8Array) {
    this.#clock = clock
    this.#boot = Buffer.from(random(BOOT_BYTES)).toString('hex')
    this.#started = clock.monotonic()
  }

  now(): OwnerTime {
    return { boot: this.#boot, ms: Math.floor(this.#clock.monotonic() - this.#started) }
  }

  /**
   * @param within milliseconds
   * @throws NodeError 'late' where more time has passed since what the sender saw, or that was of another start
   */
  check(seen: OwnerTime, within: number): void {
    const now = this.now()
    const isOurs = seen.boot === now.boot && seen.ms <= now.ms
    if (isOurs && now.ms - seen.ms <= within) return
    const since = isOurs
      ? `${now.ms - seen.ms} ms after what its sender saw`
      : 'after another start of this node'
    throw new NodeError('late', `the command came ${since}: nothing was switched`, { remedy: 'retry' })
  }
}
