import { type Cancel, type Clock, every } from '../clock.ts'
import type { ProcessMemory } from '../hal/process-memory.ts'
import type { Startable } from '../startable.ts'

/** Milliseconds between looks. */
const PERIOD = 60_000
/** Milliseconds until the first look: the start is over then. */
const SETTLED = 5_000
/** Bytes by which the process must have grown since the last look at rest to be worth a trim. */
const GROWTH = 8 * 1024 * 1024

/**
 * Gives memory back after a burst of work. V8 frees what is not used, but the C library keeps the pages: after 300 MB
 * of hostile frames 25 MB stayed resident, and a trim of 4 ms returned all of them. The start is such a burst: a trim
 * returns 2 MB of the C library after it, and 22 MB of Node's own code and constants that only the start used.
 */
export class MemoryTrimmer implements Startable {
  readonly name = 'memory'
  readonly #clock: Clock
  readonly #memory: ProcessMemory
  /** Bytes: the least that was resident at a look since the last trim. */
  #baseline = 0
  #cancel: Cancel = () => {}

  constructor(clock: Clock, memory: ProcessMemory) {
    this.#clock = clock
    this.#memory = memory
  }

  start(): void {
    this.#cancel = every(this.#clock, PERIOD, () => this.#look(), SETTLED)
  }

  stop(): void {
    this.#cancel()
  }

  #look(): void {
    const resident = this.#memory.resident()
    this.#baseline = Math.min(this.#baseline, resident)
    if (resident - this.#baseline < GROWTH) return
    this.#memory.trim()
    // What is in use returns within the next period.
    this.#baseline = Number.POSITIVE_INFINITY
  }
}
