import type { Stage } from './stage.ts'

/** The middle one of the last `size` values; the mean of the middle two where there are as many below as above. */
export function median(size: number): Stage {
  return windowed(size, (values) => {
    const sorted = values.toSorted((a, b) => a - b)
    const middle = (sorted.length - 1) / 2
    return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
  })
}

/** The mean of the last `size` values. */
export function movingAverage(size: number): Stage {
  return windowed(size, (values) => values.reduce((sum, value) => sum + value, 0) / values.length)
}

/** @param weight of the newest: above 0, at most 1 */
export function exponentialMovingAverage(weight: number): Stage {
  let average: number | undefined
  return {
    next(passing) {
      average = average === undefined ? passing.value : average + weight * (passing.value - average)
      return { ...passing, value: average }
    },
    reset() {
      average = undefined
    }
  }
}

function windowed(size: number, summary: (values: readonly number[]) => number): Stage {
  let values: number[] = []
  return {
    next(passing) {
      values = [...values, passing.value].slice(-size)
      return { ...passing, value: summary(values) }
    },
    reset() {
      values = []
    }
  }
}
