import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'

/**
 * What `work` yields with a signal that aborts after `ms` or together with `signal`, whose reason is then thrown.
 * @throws NodeError 'deadline' naming `what`
 */
export async function* withEnd<T>(
  clock: Clock,
  ms: number,
  what: string,
  work: (signal: AbortSignal) => AsyncIterable<T>,
  signal?: AbortSignal
): AsyncGenerator<T> {
  const over = new AbortController()
  const cancel = clock.after(ms, () =>
    over.abort(new NodeError('deadline', `${what}: no end within ${ms} ms`, { remedy: 'retry' }))
  )
  const both = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal])
  try {
    yield* work(both)
  } catch (error) {
    both.throwIfAborted()
    throw error
  } finally {
    cancel()
  }
}
