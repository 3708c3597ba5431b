import { comparePositions, type Position, type Run, sameRun } from '../../../reading/run.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import type { QueryAnswer } from '../codec/frame.ts'

export type HistoryEvent =
  /** A verified block or pack; ascending. */
  | { readonly kind: 'sealed'; readonly sealed: SealedReadings }
  /** A range of seq, both ends included, that is lost. */
  | {
      readonly kind: 'lost'
      readonly lost: { readonly run: Run; readonly from: number; readonly to: number }
    }
  /** Where to go on; the last event, where the limit was reached. */
  | { readonly kind: 'next'; readonly next: Position }

export interface HistoryQuestion {
  /** One series, or its tail. */
  readonly n: string
  readonly who?: string
  /** The first position asked for; the oldest held unless given. */
  readonly from?: Position | undefined
  /** The last seq asked for, in the run of `from`. */
  readonly to?: number | undefined
  /** Items; all there are unless given. */
  readonly limit?: number | undefined
}

export interface HistoryPageInit {
  readonly from: Position | undefined
  /** The last seq asked for, in the run of `from`. */
  readonly to?: number | undefined
  /** Items asked for, at most. */
  readonly limit: number
  /** Whether the asked peer is the author: nobody else knows what is lost. */
  readonly isAuthor: boolean
  readonly isAsked: (series: string) => boolean
  /** @throws Error for content that is not genuine or not asked for */
  readonly verify: (answer: QueryAnswer) => SealedReadings[]
}

/** Collects the answers to one history request, held to docs/protocols.md section 12, history. */
export class HistoryPage {
  readonly events: HistoryEvent[] = []
  /** Where to go on; undefined at the end. */
  next: Position | undefined
  readonly #init: HistoryPageInit
  #reached: Position | undefined

  constructor(init: HistoryPageInit) {
    this.#init = init
    this.#reached = init.from
  }

  /** @throws Error for answers outside the request, or that do not ascend */
  add(answer: QueryAnswer): void {
    const { pos, lost } = answer
    const isEnd = answer.end === true
    if (pos !== undefined) this.#checkOrder(pos, isEnd)
    const sealed = this.#init.verify(answer)
    if (pos === undefined && (lost !== undefined || sealed.length > 0))
      throw new Error('it sends history without its position')
    if (pos !== undefined) {
      this.#checkRange(pos, sealed)
      for (const one of sealed) this.#checkContent(pos, one)
      if (lost !== undefined) this.#addLost(pos, lost)
      this.#reached = pos
    }
    this.events.push(...sealed.map((one) => ({ kind: 'sealed', sealed: one }) as const))
    if (this.events.length > this.#init.limit) throw new Error('it sends more history than was asked for')
    if (!isEnd) return
    // The first item comes however big it is: an empty page that goes on might be followed by such pages for ever.
    if (pos !== undefined && this.events.length === 0) throw new Error('its history goes on without an item')
    this.next = pos
  }

  /** The end may repeat the position of the last item, but a page must not end where it began. */
  #checkOrder(pos: Position, isEnd: boolean): void {
    const order = this.#reached === undefined ? 1 : comparePositions(pos, this.#reached)
    if (order < 0 || (order === 0 && !(isEnd && this.events.length > 0)))
      throw new Error('its history goes back')
  }

  /** With `to`, all is of that run, and only sealed bytes, which come whole, end behind `to`. */
  #checkRange(pos: Position, sealed: readonly SealedReadings[]): void {
    const { from, to } = this.#init
    if (from === undefined || to === undefined) return
    if (!sameRun(pos, from)) throw new Error('its history is of another run than asked')
    const isNewer = this.#reached === undefined || comparePositions(pos, this.#reached) > 0
    if (pos.seq > to + 1 && isNewer && sealed.length === 0)
      throw new Error('its history goes on behind what was asked for')
    const begins = ({ readings }: SealedReadings): boolean =>
      readings.some(({ position }) => sameRun(position, from) && position.seq <= to)
    if (!sealed.every(begins)) throw new Error('it sends readings behind what was asked for')
  }

  /** No position is more than one above what was sent: the same bytes cannot be sent again for ever. */
  #checkContent(pos: Position, { readings }: SealedReadings): void {
    let series: string | undefined
    let isAsked = false
    // Readings of one series stand together, and the last is the newest: mostly one is looked at.
    const isReached = readings.findLast(({ series: name, position }) => {
      if (name !== series) isAsked = this.#init.isAsked(name)
      series = name
      return isAsked && sameRun(position, pos) && position.seq + 1 >= pos.seq
    })
    if (!isReached) throw new Error('its history has a position that is not of its readings')
  }

  #addLost(pos: Position, lost: { readonly from: number; readonly to: number }): void {
    if (!this.#init.isAuthor) throw new Error("it says what is lost of another's readings")
    if (lost.to + 1 !== pos.seq) throw new Error('what is lost does not end at its position')
    this.events.push({ kind: 'lost', lost: { run: { epoch: pos.epoch, boot: pos.boot }, ...lost } })
  }
}
