import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'

/**
 * Carries bytes both ways between two streams, with back-pressure, until both have ended; an end of one direction is
 * passed on. Where one fails the other is destroyed.
 * @throws the error that ended either
 */
export async function joinStreams(one: Duplex, other: Duplex): Promise<void> {
  one.pipe(other).pipe(one)
  try {
    await Promise.all([finished(one), finished(other)])
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error))
    one.destroy(reason)
    other.destroy(reason)
    throw reason
  }
}
