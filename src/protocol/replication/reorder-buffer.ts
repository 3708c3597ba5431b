import type { Reading } from '../../reading/reading.ts'
import { comparePositions, type Position, type Run, sameRun } from '../../reading/run.ts'
import { BEGINNING } from './constants.ts'

/** A range of a series that is lost: `from` to `to`, both included. */
export interface Lost {
  readonly series: string
  readonly run: Run
  readonly from: number
  readonly to: number
}

/** What a subscriber receives, in order: a reading, or the range of those that will never come. */
export type Followed =
  | { readonly reading: Reading; readonly lost?: undefined }
  | { readonly lost: Lost; readonly reading?: undefined }

/** What is missing: from this position on; up to and including seq `to` where it ends within the run. */
export interface Missing {
  readonly from: Position
  readonly to?: number
}

/**
 * Puts the readings of one series in order and delivers each once, whichever way and however often they
 * arrive. Waits at a gap until it is filled, or its author has reported that nothing of it is left.
 */
export class ReorderBuffer {
  readonly #series: string
  readonly #limit: number
  readonly #deliver: (followed: Followed) => void
  /** The position that is delivered next; undefined until the first reading arrives. */
  #next: Position | undefined
  /** Ascending, all above `#next`. */
  readonly #waiting: Reading[] = []
  /** The newest position known to exist that is not among the waiting. */
  #known: Position | undefined
  /** The lowest position for which there was no room since the last answer began. */
  #dropped: Position | undefined

  /**
   * @param limit readings that wait behind a gap; those beyond are dropped and fetched from history later
   * @param next where to begin; with the first reading that comes unless given
   */
  constructor(
    series: string,
    limit: number,
    next: Position | undefined,
    deliver: (followed: Followed) => void
  ) {
    this.#series = series
    this.#limit = limit
    this.#next = next
    this.#deliver = deliver
  }

  get next(): Position | undefined {
    return this.#next
  }

  get missing(): Missing | undefined {
    const head = this.head
    if (this.#next === undefined || head === undefined) return undefined
    const within = this.#waiting.length > 0 && sameRun(head, this.#next)
    return within ? { from: this.#next, to: head.seq - 1 } : { from: this.#next }
  }

  /** The position at which the gap is known to end. */
  get head(): Position | undefined {
    return this.#waiting[0]?.position ?? this.#known
  }

  /** Takes readings in any order, from anybody. @returns whether there was room for all */
  offer(readings: readonly Reading[]): boolean {
    const own = readings.filter(({ series }) => series === this.#series)
    own.sort((a, b) => comparePositions(a.position, b.position))
    let room = true
    for (const reading of own) {
      room = this.#insert(reading) && room
      this.#deliverReady()
    }
    return room
  }

  /** A position exists, by a catalogue or because it was dropped. */
  noteExisting(position: Position): void {
    if (this.#next === undefined || comparePositions(position, this.#next) < 0) return
    if (this.#known === undefined || comparePositions(position, this.#known) > 0) this.#known = position
  }

  /** An answer begins: it will bring again what there was no room for. */
  beginAnswer(): void {
    this.#dropped = undefined
  }

  /** Nothing before this position will come any more, except what waits here or found no room. */
  settle(before: Position): void {
    const end =
      this.#dropped !== undefined && comparePositions(this.#dropped, before) < 0 ? this.#dropped : before
    for (;;) {
      const head = this.#waiting[0]?.position
      if (head === undefined || comparePositions(head, end) >= 0) break
      this.#moveTo(head)
      this.#deliverReady()
    }
    this.#moveTo(end)
    this.#deliverReady()
    if (this.#known !== undefined && comparePositions(this.#known, end) <= 0) this.#known = undefined
  }

  #insert(reading: Reading): boolean {
    if (this.#next !== undefined && comparePositions(reading.position, this.#next) < 0) return true
    const at = this.#waiting.findLastIndex(
      ({ position }) => comparePositions(position, reading.position) <= 0
    )
    const before = this.#waiting[at]
    if (before !== undefined && comparePositions(before.position, reading.position) === 0) return true
    this.#waiting.splice(at + 1, 0, reading)
    if (
      this.#waiting.length <= this.#limit ||
      comparePositions(reading.position, this.#next ?? reading.position) === 0
    )
      return true
    const last = this.#waiting.pop() ?? reading
    this.noteExisting(last.position)
    if (this.#dropped === undefined || comparePositions(last.position, this.#dropped) < 0)
      this.#dropped = last.position
    return last !== reading
  }

  #deliverReady(): void {
    for (;;) {
      const reading = this.#waiting[0]
      if (reading === undefined) break
      if (this.#next !== undefined && comparePositions(reading.position, this.#next) !== 0) break
      this.#waiting.shift()
      this.#next = { ...reading.position, seq: reading.position.seq + 1 }
      this.#deliver({ reading })
    }
    if (
      this.#known !== undefined &&
      this.#next !== undefined &&
      comparePositions(this.#known, this.#next) < 0
    )
      this.#known = undefined
  }

  /** Goes on to a position and reports as lost what was left out of its run. */
  #moveTo(position: Position): void {
    const next = this.#next
    if (next !== undefined && comparePositions(position, next) <= 0) return
    this.#next = position
    if (next === undefined || next.epoch === BEGINNING.epoch) return
    const from = sameRun(next, position) ? next.seq : 0
    const run = { epoch: position.epoch, boot: position.boot }
    if (from < position.seq)
      this.#deliver({ lost: { series: this.#series, run, from, to: position.seq - 1 } })
  }
}
