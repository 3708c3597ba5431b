import type { ClockStatus, TimeSource } from '../time-source.ts'

/** A time source that believes what it is told to, from one call to the next. */
export class SimulatedTimeSource implements TimeSource {
  #belief: ClockStatus

  constructor(quality: ClockStatus['quality']) {
    this.#belief = { quality, offset: 0 }
  }

  set(belief: ClockStatus): void {
    this.#belief = belief
  }

  async belief(): Promise<ClockStatus> {
    return this.#belief
  }
}
