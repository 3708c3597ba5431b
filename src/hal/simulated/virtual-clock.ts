import { type Cancel, type Clock, sleepBy } from '../../clock.ts'

export interface VirtualClockOptions {
  /** Wall clock at the start, milliseconds since 1970; 2026-01-01T00:00Z unless given. */
  now?: number
}

interface Timer {
  readonly at: number
  readonly fire: () => void
}

/** Turns of the event loop granted after each timer, so that a chain of promises reaches its next wait. */
const TURNS = 4

/**
 * Time that stands still until it is advanced. Timers fire in the order of their times, those of one
 * instant in the order they were set, and between two of them asynchronous work may complete. Work that
 * waits for threads or sockets is not waited for.
 */
export class VirtualClock implements Clock {
  #elapsed = 0
  #start: number
  #advancing = false
  #timers: Timer[] = []

  constructor(options: VirtualClockOptions = {}) {
    this.#start = options.now ?? Date.UTC(2026, 0, 1)
  }

  now(): number {
    return this.#start + this.#elapsed
  }

  monotonic(): number {
    return this.#elapsed
  }

  after(ms: number, fire: () => void): Cancel {
    const timer = { at: this.#elapsed + Math.max(0, ms || 0), fire }
    const later = this.#timers.findIndex((other) => other.at > timer.at)
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer)
    return () => this.#remove(timer)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy((fire) => this.after(ms, fire), signal)
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.length
  }

  /** Lets `ms` pass. @throws Error while another advance is under way */
  async advance(ms: number): Promise<void> {
    await this.advanceTo(this.now() + ms)
  }

  /** Lets time pass until the wall clock shows `now`, milliseconds since 1970. */
  async advanceTo(now: number): Promise<void> {
    const end = now - this.#start
    await this.#exclusively(async () => {
      await turns()
      while (this.#timers[0] !== undefined && this.#timers[0].at <= end) await this.#fireNext()
      this.#elapsed = Math.max(this.#elapsed, end)
      await turns()
    })
  }

  /**
   * Lets time pass, timer by timer, only as far as `work` needs to settle, and hands on its result.
   * @param limit milliseconds of virtual time granted; 10 minutes unless given
   * @throws Error when the time is over, or nothing is left that could wake the work
   */
  async run<T>(work: Promise<T>, limit = 600_000): Promise<T> {
    let settled = false
    const settle = (): void => {
      settled = true
    }
    work.then(settle, settle)
    const end = this.#elapsed + limit
    await this.#exclusively(async () => {
      await turns()
      while (!settled) {
        if (this.#timers[0] === undefined || this.#timers[0].at > end)
          throw new Error('the work waits for no timer')
        await this.#fireNext()
      }
    })
    return await work
  }

  /** Sets the wall clock forward or back by `ms`, as NTP does; monotonic time and timers are untouched. */
  step(ms: number): void {
    this.#start += ms
  }

  async #fireNext(): Promise<void> {
    const timer = this.#timers.shift()
    if (timer === undefined) return
    this.#elapsed = Math.max(this.#elapsed, timer.at)
    timer.fire()
    await turns()
  }

  async #exclusively(work: () => Promise<void>): Promise<void> {
    if (this.#advancing) throw new Error('this clock is already being advanced')
    this.#advancing = true
    try {
      await work()
    } finally {
      this.#advancing = false
    }
  }

  #remove(timer: Timer): void {
    const index = this.#timers.indexOf(timer)
    if (index !== -1) this.#timers.splice(index, 1)
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve))
}
