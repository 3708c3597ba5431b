import type { Passing, Stage } from './stage.ts'

/** A sample is due a little early rather than one interval late. */
const EARLY = 0.5

/** Lets at most one pass in a time. @param period milliseconds */
export function throttle(period: number): Stage {
  let last: number | undefined
  return {
    next(passing) {
      const soon = last !== undefined && !due(passing, last, period)
      return { ...passing, interval: Math.max(passing.interval, period / 1000), held: passing.held || soon }
    },
    left: ({ at }) => {
      last = at
    },
    reset() {
      last = undefined
    }
  }
}

/** Lets only a change pass. @param step in the quantity's unit, from what passed last */
export function delta(step: number): Stage {
  let last: number | undefined
  let here = 0
  return {
    next(passing) {
      // What leaves the chain may have been changed behind this gate: like is compared with like.
      here = passing.value
      const same = last !== undefined && Math.abs(here - last) < step
      return { ...passing, held: passing.held || same }
    },
    left() {
      last = here
    },
    reset() {
      last = undefined
    }
  }
}

/** Lets one pass at least this often, whatever gates before it hold back. @param period milliseconds */
export function heartbeat(period: number): Stage {
  let last: number | undefined
  return {
    next(passing) {
      const held = passing.held && last !== undefined && !due(passing, last, period)
      return { ...passing, interval: Math.max(passing.interval, period / 1000), held }
    },
    left: ({ at }) => {
      last = at
    },
    reset() {
      last = undefined
    }
  }
}

function due({ at, interval }: Passing, last: number, period: number): boolean {
  return at - last >= period - EARLY * Math.min(interval * 1000, period)
}
