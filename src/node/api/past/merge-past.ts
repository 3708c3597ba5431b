import type { Reading } from '../../../reading/reading.ts'
import { comparePositions, type Position } from '../../../reading/run.ts'
import { after, type GivenBy, type PastSource, type Span } from './past-source.ts'

export type PastPiece =
  | { readonly reading: Reading; readonly by: GivenBy }
  /** Seqs of one run, both ends included, that its author lost and nobody else has. */
  | {
      readonly lost: {
        readonly epoch: number
        readonly boot: string
        readonly from: number
        readonly to: number
      }
    }

/** The maximum of holes of one series for which others are asked; the rest stay. */
const MAX_HOLES = 64

/** Reads a series from the first source, and what that does not have from the next ones: each position once, ascending. */
export class PastMerger {
  readonly #sources: readonly PastSource[]
  readonly #series: string
  readonly #signal: AbortSignal
  #holesLeft = MAX_HOLES

  constructor(sources: readonly PastSource[], series: string, signal: AbortSignal) {
    this.#sources = sources
    this.#series = series
    this.#signal = signal
  }

  pieces(span: Span): AsyncGenerator<PastPiece, void, void> {
    return this.#from(0, span, false)
  }

  /** A source that fails is left where it failed, and the next one goes on from there. */
  async *#from(index: number, span: Span, lost: boolean): AsyncGenerator<PastPiece, void, void> {
    const source = this.#sources[index]
    if (source === undefined) {
      if (lost) yield* lostPiece(span)
      return
    }
    let next = span.from
    try {
      for await (const event of source.past(this.#series, { ...span, from: next }, this.#signal)) {
        if (event.kind === 'hole') {
          const hole = within(event.span, { from: next, before: span.before })
          if (hole === undefined) continue
          yield* this.#hole(index + 1, hole, lost || event.lost)
          if (hole.before === undefined) return
          next = hole.before
          continue
        }
        const { position } = event.reading
        if (isBefore(position, next)) continue
        if (span.before !== undefined && comparePositions(position, span.before) >= 0) return
        yield { reading: event.reading, by: source.by }
        next = after(position)
      }
      return
    } catch {
      // The source keeps why, for the error or the remark of the whole request.
      this.#signal.throwIfAborted()
    }
    yield* this.#from(index + 1, { ...span, from: next }, lost)
  }

  async *#hole(index: number, span: Span, lost: boolean): AsyncGenerator<PastPiece, void, void> {
    const mayAsk = this.#holesLeft > 0 && index < this.#sources.length
    if (mayAsk) this.#holesLeft -= 1
    yield* this.#from(mayAsk ? index : this.#sources.length, span, lost)
  }
}

/** The common part; undefined where there is none. */
function within(hole: Span, { from: next, before: end }: Span): Span | undefined {
  const from = hole.from === undefined || isBefore(hole.from, next) ? next : hole.from
  const isLonger = end !== undefined && (hole.before === undefined || comparePositions(hole.before, end) > 0)
  const before = isLonger ? end : hole.before
  const isEmpty = from !== undefined && before !== undefined && comparePositions(from, before) >= 0
  return isEmpty ? undefined : { from, before }
}

function isBefore(position: Position, next: Position | undefined): boolean {
  return next !== undefined && comparePositions(position, next) < 0
}

/** What is lost is a part of one run. */
function* lostPiece({ from, before }: Span): Generator<PastPiece, void, void> {
  if (from === undefined || before === undefined || from.seq >= before.seq) return
  yield { lost: { epoch: from.epoch, boot: from.boot, from: from.seq, to: before.seq - 1 } }
}
