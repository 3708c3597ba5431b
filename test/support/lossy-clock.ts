import type { Cancel } from '../../src/clock.ts'
import { VirtualClock } from '../../src/hal/simulated/virtual-clock.ts'

/** A clock whose timers no longer fire once `lost` is set, as of a program that hangs. */
export class LossyClock extends VirtualClock {
  lost = false

  override after(ms: number, fire: () => void): Cancel {
    return super.after(ms, () => {
      if (!this.lost) fire()
    })
  }
}
