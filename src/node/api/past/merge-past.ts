import { comparePositions, type Position } from '../../../reading/run.ts'
import { after, type PastPiece, type PastSource, type Span } from './past-source.ts'
import { lostPiece, Rest } from './rest.ts'

/** The maximum of holes of one series for which others are asked one by one; then they are asked for all that follows. */
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
    let rest: Rest | undefined
    try {
      for await (const event of source.past(this.#series, { ...span, from: next }, this.#signal)) {
        if (event.kind === 'hole') {
          const hole = within(event.span, { from: next, before: span.before })
          if (hole === undefined) continue
          const isLost = lost || event.lost
          if (rest === undefined && this.#mayAskAlone(index + 1)) yield* this.#from(index + 1, hole, isLost)
          else {
            rest ??= new Rest(this.#from(index + 1, { ...span, from: hole.from }, false))
            if (isLost) yield* rest.fill(hole)
            else yield* rest.until(hole.before)
          }
          if (hole.before === undefined) return
          next = hole.before
          continue
        }
        const { position } = event.reading
        if (isBefore(position, next)) continue
        if (span.before !== undefined && comparePositions(position, span.before) >= 0) break
        if (rest !== undefined) yield* rest.until(position)
        rest?.skip(position)
        yield { reading: event.reading, by: source.by }
        next = after(position)
      }
      if (rest !== undefined) yield* rest.until(span.before)
      return
    } catch {
      // The source keeps why, for the error or the remark of the whole request.
      this.#signal.throwIfAborted()
      if (rest !== undefined) {
        yield* lost ? rest.fill({ ...span, from: next }) : rest.until(span.before)
        return
      }
    } finally {
      await rest?.close()
    }
    yield* this.#from(index + 1, { ...span, from: next }, lost)
  }

  /** Whether the next source is asked for a hole alone, and not for all that follows. */
  #mayAskAlone(index: number): boolean {
    if (index >= this.#sources.length) return true
    this.#holesLeft -= 1
    return this.#holesLeft >= 0
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
