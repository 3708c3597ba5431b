import type { Clock } from '../clock.ts'

/** Set by bin/kith.js for the Node that it starts in its own place. */
const RELAYED = '_KITH_SIGNALS_RELAYED'
/** Milliseconds in which the same signal is taken for the relayed one; bin/kith.js relays after 150 ms. */
const REPEAT_MS = 500

/**
 * Tells which signals count. Those of a terminal, or of `timeout`, go to all processes of the group, so that the one
 * that bin/kith.js relays is a second one, and no second Ctrl-C.
 * @param environment the variable of bin/kith.js is taken out: the programs that kith runs get their signals once
 * @returns whether a signal that has just arrived counts
 */
export function repeatedSignals(
  clock: Clock,
  environment: NodeJS.ProcessEnv
): (signal: NodeJS.Signals) => boolean {
  if (environment[RELAYED] === undefined) return () => true
  delete environment[RELAYED]
  const counted = new Map<NodeJS.Signals, number>()
  return (signal) => {
    const now = clock.monotonic()
    if (now - (counted.get(signal) ?? -Infinity) < REPEAT_MS) return false
    counted.set(signal, now)
    return true
  }
}
