import type { Run } from '../../run.ts'
import type { HistoryStore } from '../store/history-store.ts'

export interface Salvaged {
  /** Readings that came over. */
  readonly saved: number
  /** Readings that were there and did not come over. There may be more, of which no trace was left. */
  readonly lost: number
}

/** Reads a store; `otherwise` where it cannot be read. */
export type ReadStore = <T>(work: (store: HistoryStore) => T, otherwise: T) => T

type Span = readonly [from: number, to: number]

/** Spans of a run before neighbours among them are joined. */
const JOIN_AT = 1024

/** The positions that a database is known to have held, to compare with what another has of them. */
export class Expected {
  readonly #runs = new Map<string, { series: string; run: Run; spans: Span[]; joinAt: number }>()

  /** @param from first seq. @param to last seq */
  add(series: string, { epoch, boot }: Run, from: number, to: number): void {
    const key = `${series} ${epoch} ${boot}`
    const known = this.#runs.get(key) ?? { series, run: { epoch, boot }, spans: [], joinAt: JOIN_AT }
    this.#runs.set(key, known)
    known.spans.push([from, to])
    if (known.spans.length < known.joinAt) return
    known.spans = joined(known.spans)
    known.joinAt = Math.max(JOIN_AT, 2 * known.spans.length)
  }

  /**
   * How many of the readings a store has and has not, a run a step.
   * @param whole an author whose runs had no gap
   */
  *compare(read: ReadStore, whole: string): Generator<Salvaged> {
    for (const { series, run, spans } of this.#runs.values()) {
      const rows = read<Span[] | undefined>((store) => heldIn(store, series, run), undefined)
      if (rows === undefined) continue
      const held = joined(rows)
      const either = joined([...spans, ...held])
      const saved = size(joined(spans)) + size(held) - size(either)
      const all = series.startsWith(`${whole}/`) ? extent(either) : size(either)
      yield { saved, lost: all - size(held) }
    }
  }
}

function heldIn(store: HistoryStore, series: string, run: Run): Span[] {
  return [
    ...store.sealed.held(series, run).map(({ from, to }): Span => [from, to]),
    ...store.tail.readings(series, run, 0).map(({ position: { seq } }): Span => [seq, seq])
  ]
}

/** @param spans ascending */
function extent(spans: readonly Span[]): number {
  const [first, last] = [spans[0], spans.at(-1)]
  return first === undefined || last === undefined ? 0 : last[1] - first[0] + 1
}

function size(spans: readonly Span[]): number {
  return spans.reduce((sum, [from, to]) => sum + to - from + 1, 0)
}

/** Ascending, without overlaps and neighbours. */
function joined(spans: readonly Span[]): Span[] {
  const result: [number, number][] = []
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}
