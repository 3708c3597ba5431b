import { comparePositions, type Position, type Run } from '../../../reading/run.ts'
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

/** Collects the answers to one history request, which asked for at most this many items. */
export class HistoryPage {
  readonly events: HistoryEvent[] = []
  /** Where to go on; undefined at the end. */
  next: Position | undefined
  readonly #limit: number
  readonly #verify: (answer: QueryAnswer) => SealedReadings[]
  #reached: Position | undefined

  constructor(from: Position | undefined, limit: number, verify: (answer: QueryAnswer) => SealedReadings[]) {
    this.#reached = from
    this.#limit = limit
    this.#verify = verify
  }

  /** @throws Error for answers outside the request, or that do not ascend */
  add(answer: QueryAnswer): void {
    const { pos, lost, end } = answer
    if (pos !== undefined) this.#advance(pos, end === true)
    if (end === true) this.next = pos
    const found: HistoryEvent[] = this.#verify(answer).map((sealed) => ({ kind: 'sealed', sealed }))
    if (lost !== undefined) {
      if (pos === undefined) throw new Error('it names no run of what is lost')
      found.push({ kind: 'lost', lost: { run: { epoch: pos.epoch, boot: pos.boot }, ...lost } })
    }
    this.events.push(...found)
    if (this.events.length > this.#limit) throw new Error('it sends more history than was asked for')
  }

  /** The end may repeat the position of the last item, but a page must not end where it began. */
  #advance(pos: Position, isEnd: boolean): void {
    const order = this.#reached === undefined ? 1 : comparePositions(pos, this.#reached)
    if (order < 0 || (order === 0 && !(isEnd && this.events.length > 0)))
      throw new Error('its history goes back')
    this.#reached = pos
  }
}
