import type { AnchoredRun } from '../../../reading/history/history.ts'
import { comparePositions, type Run } from '../../../reading/run.ts'

export interface TimeWindow {
  /** Unix seconds. */
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** When runs were. Runs are ordered by epoch: one without a known time lies between those around it that have one. */
export class RunTimes {
  readonly #anchored: readonly { readonly run: Run; readonly start: number; readonly alive: number }[]

  constructor(runs: readonly Pick<AnchoredRun, 'epoch' | 'boot' | 'mono' | 'unix'>[]) {
    this.#anchored = runs.flatMap(({ epoch, boot, mono, unix }) =>
      unix === null ? [] : [{ run: { epoch, boot }, start: unix - mono / 1000, alive: unix }]
    )
  }

  /** Whether readings of the run that have no known time can lie in the window. */
  mayLieWithin(run: Run, { since = -Infinity, until = Infinity }: TimeWindow): boolean {
    const earlier = this.#anchored.filter((other) => compareRuns(other.run, run) < 0)
    const later = this.#anchored.filter((other) => compareRuns(other.run, run) > 0)
    return earlier.every(({ alive }) => alive <= until) && later.every(({ start }) => start >= since)
  }
}

function compareRuns(a: Run, b: Run): number {
  return comparePositions({ ...a, seq: 0 }, { ...b, seq: 0 })
}

/** Whether the reading lies in the window by its time, or can lie in it if it has none. */
export function isWithin(
  { time, position }: { readonly time: number | null; readonly position: Run },
  window: TimeWindow,
  runs: RunTimes
): boolean {
  if (time === null) return runs.mayLieWithin(position, window)
  return time >= (window.since ?? -Infinity) && time <= (window.until ?? Infinity)
}
