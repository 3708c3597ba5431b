import type { Stream } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { abortAfter } from '../abort-after.ts'

/** Milliseconds in which the other end takes what is left and ends its side. */
const END_DEADLINE = 10_000

/**
 * Ends a stream in order, and resets it where the other end does not: one that never ends its side would keep the
 * place of a stream.
 */
export function endStream(stream: Stream, clock: Clock): void {
  abortAfter(stream, clock, END_DEADLINE, new Error('the other end does not end the stream'))
  stream.close().catch((error: Error) => stream.abort(error))
}
