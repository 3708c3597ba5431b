import type { Clock } from '../../clock.ts'
import type { OffMemory } from '../../hal/actuator.ts'
import type { DeviceState } from '../../hal/device-state.ts'
import type { MachineBoot } from '../../hal/world.ts'

export interface OffMemoryInit {
  readonly clock: Clock
  readonly boot: MachineBoot
  readonly state: DeviceState
  /** A number of the state as another process would find it after a kill. */
  readonly kept: (name: string) => number | undefined
  /** Resolves once it is on disk, or cannot be. */
  readonly flush: () => Promise<void>
}

/** What stands for `unknown`: a device's numbers are not deleted. */
const UNKNOWN = -1

/**
 * When an output was switched off last, by the time since the machine's boot: another process goes on with it, and
 * wrong clocks do not matter. After another boot it is unknown. What is to be forgotten is known until the disk has
 * forgotten it.
 */
export function offMemory({ clock, boot, state, kept, flush }: OffMemoryInit): OffMemory {
  const momentIn = (get: (name: string) => number | undefined): number | undefined => {
    const at = get('off') ?? UNKNOWN
    const isKnown = at >= 0 && get('boot') === boot.id && at <= boot.uptime()
    return isKnown ? clock.monotonic() - (boot.uptime() - at) : undefined
  }
  return {
    read: () => momentIn((name) => state.get(name)) ?? momentIn(kept),
    async write(at) {
      state.set('off', at === undefined ? UNKNOWN : Math.round(boot.uptime() - (clock.monotonic() - at)))
      state.set('boot', boot.id)
      await flush()
    }
  }
}
