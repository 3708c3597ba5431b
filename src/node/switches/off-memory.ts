import type { Clock } from '../../clock.ts'
import type { OffMemory } from '../../hal/actuator.ts'
import type { DeviceState } from '../../hal/device-state.ts'
import type { MachineBoot } from '../../hal/world.ts'

export interface OffMemoryInit {
  readonly clock: Clock
  readonly boot: MachineBoot
  readonly state: DeviceState
  /** Resolves once it is on disk, or cannot be. */
  readonly flush: () => Promise<void>
}

/** What stands for `unknown`: a device's numbers are not deleted. */
const UNKNOWN = -1

/**
 * When an output was switched off last, by the time since the machine's boot: another process goes on with it, and
 * wrong clocks do not matter. After another boot it is unknown.
 */
export function offMemory({ clock, boot, state, flush }: OffMemoryInit): OffMemory {
  /** What the disk still has, while it is being forgotten. */
  let before: number | undefined
  let forgetting = 0
  return {
    read() {
      if (forgetting > 0) return before
      const at = state.get('off') ?? UNKNOWN
      const isKnown = at >= 0 && state.get('boot') === boot.id && at <= boot.uptime()
      return isKnown ? clock.monotonic() - (boot.uptime() - at) : undefined
    },
    async write(at) {
      if (at === undefined) before = this.read()
      state.set('off', at === undefined ? UNKNOWN : Math.round(boot.uptime() - (clock.monotonic() - at)))
      state.set('boot', boot.id)
      if (at !== undefined) return await flush()
      forgetting += 1
      await flush()
      forgetting -= 1
    }
  }
}
