import type { Stage } from './stage.ts'

/** Adds a constant, in the quantity's unit. */
export function offset(by: number): Stage {
  return map((value) => value + by)
}

/** Keeps within bounds. */
export function clamp([min, max]: readonly [number, number]): Stage {
  return map((value) => Math.min(max, Math.max(min, value)))
}

/**
 * Straight lines between pairs of a measured and an actual value, the outer two continued beyond.
 * @param pairs at least two, with different measured values, in any order
 */
export function calibrateLinear(pairs: readonly (readonly [number, number])[]): Stage {
  const points = [...pairs].sort(([a], [b]) => a - b)
  return map((value) => {
    const above = points.findIndex(([measured], i) => i > 0 && value < measured)
    const right = above === -1 ? points.length - 1 : above
    const [x0, y0] = points[right - 1] ?? [0, 0]
    const [x1, y1] = points[right] ?? [1, 1]
    return y0 + ((value - x0) * (y1 - y0)) / (x1 - x0)
  })
}

function map(change: (value: number) => number): Stage {
  return { next: (passing) => ({ ...passing, value: change(passing.value) }) }
}
