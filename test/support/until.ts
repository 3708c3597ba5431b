import { systemClock } from '../../src/clock.ts'

/**
 * Waits for what other threads, sockets or processes bring about.
 * @param deadline milliseconds, for a machine that does much else
 * @throws Error with the condition's text
 */
export async function until(condition: () => boolean | Promise<boolean>, deadline = 30_000): Promise<void> {
  const end = systemClock.monotonic() + deadline
  while (!(await condition())) {
    if (systemClock.monotonic() > end) throw new Error(`never came true: ${condition}`)
    await systemClock.sleep(5)
  }
}
