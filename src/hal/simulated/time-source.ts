import type { TimeBelief, TimeSource } from '../time-source.ts'

/** A time source that believes what it is told to, from one call to the next. */
export class SimulatedTimeSource implements TimeSource {
  #belief: TimeBelief

  constructor(quality: TimeBelief['quality']) {
    this.#belief = { quality, offset: 0 }
  }

  set(belief: TimeBelief): void {
    this.#belief = belief
  }

  async belief(): Promise<TimeBelief> {
    return this.#belief
  }
}
