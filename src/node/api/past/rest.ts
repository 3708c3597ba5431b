import { comparePositions, type Position, sameRun } from '../../../reading/run.ts'
import { after, type PastPiece, type Span } from './past-source.ts'

/** What others have from a position on, taken piece by piece between the readings of one source. */
export class Rest {
  readonly #pieces: AsyncGenerator<PastPiece, void, void>
  #head: PastPiece | undefined

  constructor(pieces: AsyncGenerator<PastPiece, void, void>) {
    this.#pieces = pieces
  }

  /** What is before `end`; all that is left unless given. */
  async *until(end: Position | undefined): AsyncGenerator<PastPiece, void, void> {
    for (;;) {
      const head = this.#head ?? (await this.#pieces.next()).value
      this.#head = head ?? undefined
      if (head === undefined || (end !== undefined && comparePositions(startOf(head), end) >= 0)) return
      const isLonger =
        end !== undefined && sameRun(startOf(head), end) && comparePositions(endOf(head), end) > 0
      this.#head = isLonger ? partFrom(head, end) : undefined
      yield isLonger && 'lost' in head ? { lost: { ...head.lost, to: end.seq - 1 } } : head
    }
  }

  /** Leaves a position out that the source has itself. To call after `until` of that position. */
  skip(position: Position): void {
    const head = this.#head
    if (head !== undefined && comparePositions(startOf(head), position) === 0)
      this.#head = partFrom(head, after(position))
  }

  /** What is before the end of a lost hole, and as lost what is missing in it. */
  async *fill({ from, before }: Span): AsyncGenerator<PastPiece, void, void> {
    let next = from
    for await (const piece of this.until(before)) {
      const start = startOf(piece)
      if (next !== undefined && comparePositions(start, next) >= 0) {
        yield* lostPiece({ from: next, before: start })
        next = endOf(piece)
      }
      yield piece
    }
    yield* lostPiece({ from: next, before })
  }

  async close(): Promise<void> {
    await this.#pieces.return()
  }
}

/** What is lost is a part of one run. */
export function* lostPiece({ from, before }: Span): Generator<PastPiece, void, void> {
  if (from === undefined || before === undefined || from.seq >= before.seq) return
  yield { lost: { epoch: from.epoch, boot: from.boot, from: from.seq, to: before.seq - 1 } }
}

function startOf(piece: PastPiece): Position {
  if (!('lost' in piece)) return piece.reading.position
  const { epoch, boot, from } = piece.lost
  return { epoch, boot, seq: from }
}

function endOf(piece: PastPiece): Position {
  return 'lost' in piece ? { ...startOf(piece), seq: piece.lost.to + 1 } : after(piece.reading.position)
}

/** What is left of a lost range from `from` on. */
function partFrom(piece: PastPiece, from: Position): PastPiece | undefined {
  if (!('lost' in piece) || from.seq > piece.lost.to) return undefined
  return { lost: { ...piece.lost, from: from.seq } }
}
