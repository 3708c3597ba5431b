/** What is read of a connection; foundations import no package. */
export interface Connected {
  readonly limits?: { readonly bytes?: bigint; readonly seconds?: number } | undefined
}

/** Bytes and seconds of a limited connection below which nothing more is begun on it. */
const LAST_BYTES = 24 * 1024
const LAST_SECONDS = 15
/** Bytes kept for frames around what is asked for, and for what else runs on the connection. */
const RESERVE_BYTES = 7 * 1024

/**
 * Whether a connection over a relay is about to be cut, since it has carried or stood for what it may: another one takes
 * its place before. A block of history, and the frames around it, fit into what is left.
 */
export function isNearlySpent({ limits }: Connected): boolean {
  const { bytes, seconds } = limits ?? {}
  return (bytes !== undefined && bytes < LAST_BYTES) || (seconds !== undefined && seconds < LAST_SECONDS)
}

/** Whether a relay cuts a connection after so many bytes or so long. */
export function isBounded({ limits }: Connected): boolean {
  return limits?.bytes !== undefined || limits?.seconds !== undefined
}

/** Milliseconds until the time of a connection is nearly over; undefined where it has none. */
export function timeToSpend({ limits }: Connected): number | undefined {
  const seconds = limits?.seconds
  return seconds === undefined ? undefined : Math.max(0, (seconds - LAST_SECONDS) * 1000 + 1000)
}

/** How many items of at most so many bytes a connection still carries; one at least, Infinity where it has no limit. */
export function itemsWithin({ limits }: Connected, bytesEach: number): number {
  const bytes = limits?.bytes
  if (bytes === undefined) return Number.POSITIVE_INFINITY
  return Math.max(1, Math.floor((Number(bytes) - RESERVE_BYTES) / bytesEach))
}
