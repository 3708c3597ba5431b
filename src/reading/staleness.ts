/** Seconds between two live packs of a topic (docs/protocols.md section 8): faster readings share a pack. */
const PACE = 1

/** Seconds without a reading after which a series is stale: two intervals (docs/protocols.md section 5). */
export function staleAfter(interval: number): number {
  return 2 * Math.max(interval, PACE)
}

/** @param age,interval seconds */
export function isStale(age: number, interval: number): boolean {
  return age > staleAfter(interval)
}
