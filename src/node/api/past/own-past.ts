import type { History } from '../../../reading/history/history.ts'
import type { Reading } from '../../../reading/reading.ts'
import { comparePositions, type Position, sameRun } from '../../../reading/run.ts'
import { isStale } from '../../../reading/staleness.ts'
import { after, type GivenBy, type PastEvent, type PastSource, type Span } from './past-source.ts'

export interface OwnPastInit {
  readonly history: Pick<History, 'readings' | 'held'>
  /** Whether this node is the author. */
  readonly isAuthor: boolean
  /** Unix seconds. */
  readonly since: number | undefined
  readonly until: number | undefined
  /** Unix seconds; undefined while the clock is unknown. */
  readonly now: number | undefined
}

/** Readings taken from the history at a time. */
const PAGE = 500

/** What this node stores of a series, and which positions in the window others may have besides. */
export class OwnPast implements PastSource {
  readonly by: GivenBy
  readonly #init: OwnPastInit

  constructor(init: OwnPastInit) {
    this.by = { from: init.isAuthor ? 'author' : 'own' }
    this.#init = init
  }

  *past(series: string, span: Span): Generator<PastEvent, void, void> {
    const { isAuthor } = this.#init
    let last: Reading | undefined
    for (const reading of this.#readings(series, span)) {
      for (const hole of this.#holesBefore(reading, last, series, span))
        yield { kind: 'hole', span: hole, lost: isAuthor }
      yield { kind: 'reading', reading }
      last = reading
    }
    if (isAuthor || (last !== undefined && this.#isLatest(last))) return
    const from = last === undefined ? span.from : after(last.position)
    yield { kind: 'hole', span: { from, before: span.before }, lost: false }
  }

  *#readings(series: string, { from }: Span): Generator<Reading, void, void> {
    const { history, since, until } = this.#init
    let last = from === undefined ? undefined : { ...from, seq: from.seq - 1 }
    for (;;) {
      const page = history.readings({ series, since, until, untimed: true, limit: PAGE, after: last })
      yield* page
      if (page.length < PAGE) return
      last = page.at(-1)?.position
    }
  }

  /**
   * Holes between two readings of the window, and before the first one if its beginning is missing. Of our own series
   * only those within a run are lost: retention deletes from the beginning, and a run ends anywhere. What is held is
   * asked at each hole: reading may have found damage.
   */
  #holesBefore(reading: Reading, last: Reading | undefined, series: string, span: Span): Span[] {
    const { history, isAuthor, since = -Infinity } = this.#init
    const { position, time, interval } = reading
    if (last !== undefined) {
      const next = after(last.position)
      if (comparePositions(next, position) === 0) return []
      if (isAuthor && !sameRun(next, position)) return []
      const isBetween = ({ from, before }: Span): boolean =>
        from !== undefined && comparePositions(from, next) >= 0 && isUpTo(before, position)
      return holesOf(history.held(series)).filter(isBetween)
    }
    if (isAuthor || span.from !== undefined) return []
    if (time !== null && !isStale(time - since, interval)) return []
    // What lies before readings that are held and not in the window is not in the window.
    return holesOf(history.held(series)).filter(
      ({ before }) => before !== undefined && comparePositions(before, position) === 0
    )
  }

  /** Whether no later reading of the window is due yet. */
  #isLatest({ time, interval }: Reading): boolean {
    const { until, now } = this.#init
    const end = Math.min(until ?? Infinity, now ?? Infinity)
    return time !== null && !isStale(end - time, interval)
  }
}

function isUpTo(before: Position | undefined, position: Position): boolean {
  return before !== undefined && comparePositions(before, position) <= 0
}

/** Ascending: what is not held between the ranges, and before the first. */
function holesOf(held: ReturnType<History['held']>): Span[] {
  const holes: Span[] = []
  let from: Position | undefined
  for (const { run, ranges } of held) {
    for (const [first, last] of ranges) {
      holes.push({ from, before: { ...run, seq: first } })
      from = { ...run, seq: last + 1 }
    }
  }
  return holes
}

/** Where the newest `count` positions that are held begin; undefined where fewer are held. */
export function newestFrom(held: ReturnType<History['held']>, count: number): Position | undefined {
  let left = count
  for (const { run, ranges } of held.toReversed()) {
    for (const [first, last] of ranges.toReversed()) {
      const size = last - first + 1
      if (size >= left) return { ...run, seq: last - left + 1 }
      left -= size
    }
  }
  return undefined
}
