import { comparePositions, type Position, type Run, sameRun } from '../run.ts'
import type { HubLimits } from './limits.ts'

type SeenLimits = Pick<HubLimits, 'runs' | 'ranges'>

/** Bytes of memory, measured on Node 24. */
const RUN_BYTES = 250
const RANGE_BYTES = 48

interface SeenRun {
  readonly run: Run
  /** Ascending, none touching another. */
  readonly ranges: [from: number, to: number][]
}

/**
 * The positions of one series that were seen, in bounded memory. Beyond the bounds the lowest run is removed and
 * the lowest gap closed: positions there count as seen.
 */
export class SeenPositions {
  readonly #limits: SeenLimits
  /** Ascending. */
  readonly #runs: SeenRun[] = []
  #removed = false

  constructor(limits: SeenLimits) {
    this.#limits = limits
  }

  /** Bytes, about. */
  get bytes(): number {
    return this.#runs.reduce((sum, { ranges }) => sum + RUN_BYTES + ranges.length * RANGE_BYTES, 0)
  }

  /** @returns whether it was new */
  add(position: Position): boolean {
    if (this.addFollowing(position, position.seq)) return true
    const seen = this.#runOf(position)
    return seen !== undefined && this.#addTo(seen, position.seq, position.seq)
  }

  addRange(run: Run, from: number, to: number): void {
    const seen = this.#runOf(run)
    if (seen !== undefined) this.#addTo(seen, from, to)
  }

  /** Whether the run is new and another of its epoch was seen: two nodes have one key. */
  isTwin({ epoch, boot }: Run): boolean {
    let isAlike = false
    for (const { run } of this.#runs) {
      if (run.epoch !== epoch) continue
      if (run.boot === boot) return false
      isAlike = true
    }
    return isAlike
  }

  /**
   * Takes positions from one on that follow the last of the newest run, as most do; nothing is above them to be joined
   * with.
   * @param to the last seq
   * @returns whether they follow: then each is new, and of no twin
   */
  addFollowing({ epoch, boot, seq }: Position, to: number): boolean {
    const newest = this.#runs.at(-1)
    const last = newest?.ranges.at(-1)
    if (newest === undefined || last === undefined || last[1] + 1 !== seq) return false
    if (newest.run.epoch !== epoch || newest.run.boot !== boot) return false
    last[1] = to
    return true
  }

  /** undefined for a run below those that are kept. */
  #runOf({ epoch, boot }: Run): SeenRun | undefined {
    const known = this.#runs.findLast((seen) => sameRun(seen.run, { epoch, boot }))
    if (known !== undefined) return known
    const after = this.#runs.findIndex((seen) => comparePositions(at(seen.run), at({ epoch, boot })) > 0)
    if (after === 0 && (this.#removed || this.#runs.length === this.#limits.runs)) return undefined
    const seen = { run: { epoch, boot }, ranges: [] }
    this.#runs.splice(after === -1 ? this.#runs.length : after, 0, seen)
    if (this.#runs.length > this.#limits.runs) {
      this.#runs.shift()
      this.#removed = true
    }
    return seen
  }

  /** @returns whether anything of it was new */
  #addTo({ ranges }: SeenRun, from: number, to: number): boolean {
    const before = ranges.findLastIndex(([first]) => first <= from)
    const lower = ranges[before]
    if (lower !== undefined && lower[1] >= to) return false
    // Ranges that touch it are joined with it.
    const start = lower !== undefined && lower[1] >= from - 1 ? before : before + 1
    let end = start
    const joined: [number, number] = [from, to]
    for (let next = ranges[end]; next !== undefined && next[0] <= to + 1; next = ranges[end]) {
      joined[0] = Math.min(joined[0], next[0])
      joined[1] = Math.max(joined[1], next[1])
      end += 1
    }
    ranges.splice(start, end - start, joined)
    if (ranges.length > this.#limits.ranges) {
      const [lowest, second] = ranges
      if (lowest !== undefined && second !== undefined) ranges.splice(0, 2, [lowest[0], second[1]])
    }
    return true
  }
}

function at({ epoch, boot }: Run): Position {
  return { epoch, boot, seq: 0 }
}
