import type { Clock } from '../../src/clock.ts'

/** A clock on which so many times as much time passes: what waits long need not be waited for. */
export function hurried(clock: Clock, times: number): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic() * times,
    after: (ms, fire) => clock.after(ms / times, fire),
    sleep: (ms, signal) => clock.sleep(ms / times, signal)
  }
}
