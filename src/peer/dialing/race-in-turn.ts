import type { Clock } from '../../clock.ts'

export interface Attempt<T> {
  /** Milliseconds after the start. */
  readonly startsAfter: number
  readonly run: (signal: AbortSignal) => Promise<T>
}

/**
 * Begins attempts in their order, each at its time, or at once where all that were begun have failed. The first that
 * succeeds is taken and the others are aborted, each by its own signal.
 * @returns undefined where all failed
 * @throws the signal's reason
 */
export async function raceInTurn<T>(
  attempts: readonly Attempt<T>[],
  clock: Clock,
  signal: AbortSignal
): Promise<T | undefined> {
  signal.throwIfAborted()
  const done = Promise.withResolvers<T | undefined>()
  const waiting = [...attempts]
  const running = new Set<AbortController>()
  const startedAt = clock.monotonic()
  let cancel: () => void = () => {}
  const begin = (): void => {
    cancel()
    const next = waiting.shift()
    if (next === undefined) {
      if (running.size === 0) done.resolve(undefined)
      return
    }
    const controller = new AbortController()
    running.add(controller)
    const failed = (): void => {
      running.delete(controller)
      if (running.size === 0) begin()
    }
    const succeeded = (result: T): void => {
      running.delete(controller)
      done.resolve(result)
    }
    next.run(controller.signal).then(succeeded, failed)
    const [after] = waiting
    if (after !== undefined)
      cancel = clock.after(Math.max(0, startedAt + after.startsAfter - clock.monotonic()), begin)
  }
  const abort = (): void => done.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  begin()
  try {
    return await done.promise
  } finally {
    cancel()
    waiting.length = 0
    signal.removeEventListener('abort', abort)
    for (const controller of running) controller.abort(new Error('another way was faster'))
  }
}
