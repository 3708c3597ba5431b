import type { Clock } from '../../clock.ts'

/**
 * Runs `work`, which has ended after `ms`; where it fails, it fails `ms` after its beginning and not before. So a caller
 * does not learn by the time whether there was somebody who refused.
 * @throws what the work throws; the signal's reason
 */
export async function failLate<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  work: () => Promise<T>
): Promise<T> {
  const due = clock.monotonic() + ms
  try {
    return await work()
  } catch (error) {
    await clock.sleep(Math.max(0, due - clock.monotonic()), signal)
    throw error
  }
}
