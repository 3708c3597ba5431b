import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { OwnerTime } from './command.ts'

const BOOT_BYTES = 8

/** Milliseconds of sleep that make another boot: shorter ones, and the inexactness of the clocks, do not. */
const SLEEP = 500

/**
 * This node's time as senders of commands see it: it needs no wall clock. Another start is another time, and so is the
 * time after the machine has slept, which the clock does not count.
 */
export class OwnTime {
  readonly #clock: Clock
  readonly #random: (bytes: number) => Uint8Array
  readonly #slept: () => number
  readonly #started: number
  #boot: string
  #sleptBefore: number

  /** @param slept milliseconds that the machine has slept in all */
  constructor(clock: Clock, random: (bytes: number) => Uint8Array, slept: () => number) {
    this.#clock = clock
    this.#random = random
    this.#slept = slept
    this.#started = clock.monotonic()
    this.#sleptBefore = slept()
    this.#boot = this.#draw()
  }

  now(): OwnerTime {
    const slept = this.#slept()
    if (slept - this.#sleptBefore >= SLEEP) {
      this.#sleptBefore = slept
      this.#boot = this.#draw()
    }
    return { boot: this.#boot, ms: Math.floor(this.#clock.monotonic() - this.#started) }
  }

  #draw(): string {
    return Buffer.from(this.#random(BOOT_BYTES)).toString('hex')
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
      : 'after another start, or a sleep, of this node'
    throw new NodeError('late', `the command came ${since}: nothing was switched`, { remedy: 'retry' })
  }
}
