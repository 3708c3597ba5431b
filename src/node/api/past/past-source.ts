import type { Reading } from '../../../reading/reading.ts'
import type { Position } from '../../../reading/run.ts'

/** Positions of a series: `from` is the first, `before` follows the last; unbounded where undefined. */
export interface Span {
  readonly from: Position | undefined
  readonly before: Position | undefined
}

/** What a source has of one series, ascending by position. */
export type PastEvent =
  | { readonly kind: 'reading'; readonly reading: Reading }
  /** Positions that it does not have, and that another may. `lost`: its author does not have them either. */
  | { readonly kind: 'hole'; readonly span: Span; readonly lost: boolean }

/** One that may have readings of an author: this node, the author, or a peer that stores them. */
export interface PastSource {
  /** Who it is: a key of each row. */
  readonly by: GivenBy
  /** @param series its whole name @throws where it cannot be asked, or does not answer */
  past(series: string, span: Span, signal: AbortSignal): AsyncIterable<PastEvent> | Iterable<PastEvent>
}

/** From where a reading of the past was taken. */
export interface GivenBy {
  /** `own`: the store of this node, of an author that it is not itself. `holder`: a peer that stores readings of the author. */
  readonly from: 'own' | 'author' | 'holder'
  /** The holder as it is shown; only with `holder`. */
  readonly holder?: string
}

/** What all sources together have. */
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

export function after(position: Position): Position {
  return { ...position, seq: position.seq + 1 }
}
