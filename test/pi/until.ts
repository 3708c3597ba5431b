import { systemClock } from '../../src/clock.ts'

const POLL = 500

/**
 * Tries until it does not fail.
 * @throws Error with the last failure, after `deadline` ms
 */
export async function until<T>(deadline: number, what: string, attempt: () => Promise<T>): Promise<T> {
  const end = systemClock.monotonic() + deadline
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (systemClock.monotonic() > end)
        throw new Error(`${what} not within ${deadline / 1000} s: ${why}`, { cause: error })
    }
    await systemClock.sleep(POLL)
  }
}
