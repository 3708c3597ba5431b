import type { Stream } from '@libp2p/interface'
import type { Clock } from '../clock.ts'

/** Resets a stream that is not closed by both ends after so many milliseconds: until then it keeps a place. */
export function abortAfter(
  stream: Pick<Stream, 'abort' | 'addEventListener'>,
  clock: Clock,
  ms: number,
  error: Error
): void {
  const cancel = clock.after(ms, () => stream.abort(error))
  stream.addEventListener('close', cancel, { once: true })
}
