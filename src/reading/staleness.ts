/** Seconds between two live packs of a topic at most (wire.md, A pack): readings that come faster come together. */
const PACE = 1

/** Seconds without a reading after which a series is stale: two intervals (wire.md, A pack). */
export function staleAfter(interval: number): number {
  return 2 * Math.max(interval, PACE)
}

/** @param age,interval seconds */
export function isStale(age: number, interval: number): boolean {
  return age > staleAfter(interval)
}
