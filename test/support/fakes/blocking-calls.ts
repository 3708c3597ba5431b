import type { Clock } from '../../../src/clock.ts'
import { BlockingCalls } from '../../../src/hal/linux/blocking-calls.ts'

/** The threads of hardware in a test, which may leave calls behind that never return. */
export function blockingCalls(clock: Clock): BlockingCalls {
  return new BlockingCalls({ clock, atExit: () => () => {} })
}
