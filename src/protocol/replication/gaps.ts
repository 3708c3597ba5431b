import type { HeldRun } from '../../reading/history/history.ts'
import { comparePositions, newestPosition, type Run, sameRun } from '../../reading/run.ts'

/** Readings of a series that a store lacks. */
export interface Gap {
  readonly run: Run
  readonly from: number
  /** The last seq that is missing; absent where a later run is held and the end of this one is not known. */
  readonly to?: number
}

/** What is not held of a series, or may have come after all that is. */
export interface SeriesGap {
  readonly series: string
  /** gapName() of both. */
  readonly name: string
  readonly gap: Gap
  readonly isEnd: boolean
}

/**
 * The gaps in what is held of a series, newest first: between the ranges of a run, before the first range
 * of every run but the oldest, and after the last range of every run but the newest.
 */
export function gapsOf(held: readonly HeldRun[]): Gap[] {
  const runs = held
    .filter(({ ranges }) => ranges.length > 0)
    .toSorted((a, b) => comparePositions({ ...a.run, seq: 0 }, { ...b.run, seq: 0 }))
  return runs.flatMap((run, i) => gapsOfRun(run, i === 0, i === runs.length - 1)).reverse()
}

function gapsOfRun({ run, ranges }: HeldRun, isOldest: boolean, isNewest: boolean): Gap[] {
  const gaps: Gap[] = []
  let expected = isOldest ? (ranges[0]?.[0] ?? 0) : 0
  for (const [from, to] of ranges) {
    if (from > expected) gaps.push({ run, from: expected, to: from - 1 })
    expected = to + 1
  }
  if (!isNewest) gaps.push({ run, from: expected })
  return gaps
}

/** A name for a gap that stays the same while nothing of it is filled. */
export function gapName(series: string, { run, from, to }: Gap): string {
  return `${series} ${run.epoch}.${run.boot}.${from}-${to ?? ''}`
}

export function isWithin(gap: Gap, { run, from, to = Number.POSITIVE_INFINITY }: Gap): boolean {
  return sameRun(gap.run, run) && gap.from >= from && (gap.to ?? Number.POSITIVE_INFINITY) <= to
}

/** What comes after the newest that is held. */
export function endOf(held: readonly HeldRun[]): Gap | undefined {
  const ends = held.map(({ run, ranges }) => ({ ...run, seq: (ranges.at(-1)?.[1] ?? -1) + 1 }))
  const newest = newestPosition(ends)
  return newest && { run: newest, from: newest.seq }
}
