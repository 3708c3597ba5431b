import type { ClockStatus, TimeSource } from '../time-source.ts'

/** A time source whose status a test sets. */
export class SimulatedTimeSource implements TimeSource {
  #status: ClockStatus

  constructor(quality: ClockStatus['quality']) {
    this.#status = { quality, offset: 0 }
  }

  set(status: ClockStatus): void {
    this.#status = status
  }

  async status(): Promise<ClockStatus> {
    return this.#status
  }
}
