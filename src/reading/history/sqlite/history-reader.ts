import type { Log } from '../../../log.ts'
import type { Reading } from '../../reading.ts'
import { comparePositions, type Position, type Run, sameRun } from '../../run.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import type { Sealer } from '../../signed/sealer.ts'
import { anchorTime } from '../anchor-time.ts'
import type { AnchoredRun, HeldRun, HistoryItem, HistoryQuery, ItemLimit } from '../history.ts'
import type { HistoryStore } from '../store/history-store.ts'
import { authorOf } from '../store/name-table.ts'
import type { HeldRange } from '../store/sealed-table.ts'
import { joined, mergeSorted } from './merge-sorted.ts'
import { type Segment, type StoreAccess, StoredSegments, segmentOf } from './stored-segments.ts'
import { TailPacks } from './tail-packs.ts'

export interface HistoryReaderOptions {
  readonly sealer: Sealer
  readonly log: Log
  /** What is read as one: the store on disk, and the one in memory that is not written yet. */
  readonly stores: readonly StoreAccess[]
  /** Whether every store can be read: only then are gaps reported as lost. */
  readonly readable: () => boolean
  /** Bytes of a pack's payload that every receiver of one of our series takes. */
  readonly maxPayloadOf: (series: string) => number
  /** Our present run. */
  readonly present: () => Run | undefined
  /** Called with the number of a pack or block whose bytes are damaged, at each attempt to read it. */
  readonly onDamaged: (sealed: number, series: string) => void
}

/** Sorts before every run. */
const FIRST: Run = { epoch: 0, boot: '' }

/** Several stores read as one, each position once. */
export class HistoryReader {
  readonly #options: HistoryReaderOptions
  readonly #tailPacks: TailPacks
  readonly #stored: StoredSegments

  constructor(options: HistoryReaderOptions) {
    this.#options = options
    this.#tailPacks = new TailPacks(options.sealer, options.maxPayloadOf)
    this.#stored = new StoredSegments({ ...options, topic: (series) => this.topic(series) })
  }

  items(
    series: string,
    from: Position | undefined,
    limit: ItemLimit
  ): { items: HistoryItem[]; next: Position | undefined } {
    const items: HistoryItem[] = []
    let room = limit.bytes
    let last: Position | undefined
    for (const { run, item } of this.#everyItem(series, from, limit.to)) {
      const size = item.kind === 'lost' ? 0 : item.bytes.length
      if (items.length === limit.items || (items.length > 0 && size > room)) {
        // Ranges may overlap: `next` is behind what was returned.
        const min = last !== undefined && sameRun(last, run) ? last.seq + 1 : 0
        return { items, next: { epoch: run.epoch, boot: run.boot, seq: Math.max(item.from, min) } }
      }
      items.push(item)
      room -= size
      last = { ...run, seq: item.to }
    }
    return { items, next: undefined }
  }

  readings({ series, since, until, untimed, limit, after }: HistoryQuery): Reading[] {
    const found: Reading[] = []
    const windowed = since !== undefined || until !== undefined
    const from = after === undefined ? undefined : { ...after, seq: after.seq + 1 }
    for (const reading of this.#everyReading(series, from, since ?? -Infinity, until ?? Infinity)) {
      if (found.length >= limit) break
      const { time } = reading
      const inside =
        time === null ? !windowed || untimed === true : time >= (since ?? time) && time <= (until ?? time)
      if (inside) found.push(reading)
    }
    return found
  }

  held(series: string): HeldRun[] {
    return this.#runs(series, FIRST)
      .map(({ epoch, boot }) => ({ epoch, boot }))
      .map((run) => ({ run, ranges: joined(this.#heldOf(series, run)) }))
      .filter(({ ranges }) => ranges.length > 0)
  }

  firstPack(series: string, from: Position | undefined): Position | undefined {
    for (const { epoch, boot } of this.#runs(series, from ?? FIRST)) {
      const run = { epoch, boot }
      const min = from !== undefined && sameRun(run, from) ? from.seq : 0
      const found = this.#all((store) => [store.sealed.firstPack(series, run, min)])
      const seqs = found.filter((seq) => seq !== undefined)
      if (seqs.length > 0) return { ...run, seq: Math.min(...seqs) }
    }
    return undefined
  }

  latest(): SealedReadings[] {
    const newest = this.series().map((series) => this.#newest(series))
    return newest.filter((sealed) => sealed !== undefined)
  }

  series(author?: string): string[] {
    const names = this.#all((store) => store.names.series()).map(({ name }) => name)
    return [...new Set(names)].filter((name) => author === undefined || authorOf(name) === author).toSorted()
  }

  /** The runs of an author, ascending. */
  runs(author: string): AnchoredRun[] {
    return this.#runs(`${author}/`, FIRST)
  }

  /** The rows of our own tail, behind everything of the run that is sealed. */
  tail(series: string, run: Run, from = 0): Reading[] {
    const sealedTo = Math.max(-1, ...this.#lastRanges(series, run).map(({ to }) => to))
    const rows = this.#all((store) => store.tail.readings(series, run, Math.max(from, sealedTo + 1)))
    return rows.toSorted((a, b) => comparePositions(a.position, b.position))
  }

  topic(series: string): string {
    return this.#all((store) => [store.names.topic(series)]).find((topic) => topic !== undefined) ?? ''
  }

  /** Runs of the series' author from `min` on, ascending. */
  #runs(series: string, min: Run): AnchoredRun[] {
    const known = new Map<string, AnchoredRun>()
    for (const run of this.#all((store) => store.names.runs(authorOf(series), min))) {
      const key = runKey(run)
      // Of a run in two stores, the one with an anchor counts.
      if (known.get(key)?.unix == null) known.set(key, run)
    }
    return [...known.values()].toSorted(compareRuns)
  }

  *#everyItem(
    series: string,
    from: Position | undefined,
    to: Position | undefined
  ): Generator<{ run: Run; item: HistoryItem }> {
    const own = authorOf(series) === this.#options.sealer.peer
    for (const run of this.#runsFrom(series, from, own)) {
      if (to !== undefined && compareRuns(run, to) > 0) return
      const first = from !== undefined && sameRun(run, from) ? from.seq : 0
      const last = to !== undefined && sameRun(run, to) ? to.seq : undefined
      for (const item of this.#itemsOfRun(series, run, first, last)) {
        if (item.kind !== 'lost' || (own && this.#options.readable())) yield { run, item }
      }
    }
  }

  /** The runs from `from` on. The run of `from` is among them even where nothing of it is held: it is lost. */
  #runsFrom(series: string, from: Position | undefined, own: boolean): Run[] {
    const runs: Run[] = this.#runs(series, from ?? FIRST).map(({ epoch, boot }) => ({ epoch, boot }))
    if (!own || from === undefined || runs.some((run) => sameRun(run, from))) return runs
    return [{ epoch: from.epoch, boot: from.boot }, ...runs]
  }

  *#itemsOfRun(series: string, run: Run, from: number, last = Infinity): Generator<HistoryItem> {
    let next = from
    for (const segment of this.#segments(series, run, from)) {
      if (segment.from > last) break
      const sealed = segment.to < next ? undefined : segment.sealed()
      if (sealed === undefined) continue
      if (segment.from > next) yield { kind: 'lost', run, from: next, to: segment.from - 1 }
      const { kind, topic, bytes } = sealed
      yield { kind, topic, bytes, run, from: segment.from, to: segment.to }
      next = segment.to + 1
    }
    const present = this.#options.present()
    const ended = present === undefined || !sameRun(run, present)
    if (ended && last !== Infinity && next <= last) yield { kind: 'lost', run, from: next, to: last }
  }

  *#everyReading(
    series: string,
    from: Position | undefined,
    since: number,
    until: number
  ): Generator<Reading> {
    for (const run of this.#runs(series, from ?? FIRST)) {
      let next = from !== undefined && sameRun(run, from) ? from.seq : 0
      for (const segment of this.#stored.from(series, run, next)) {
        if ((segment.ended ?? since) < since || (segment.started ?? until) > until) continue
        for (const reading of this.#readingsOf(segment, series, run)) {
          if (reading.position.seq < next) continue
          next = reading.position.seq + 1
          yield anchorTime(reading, run)
        }
      }
      for (const reading of this.tail(series, run, next)) yield anchorTime(reading, run)
    }
  }

  #readingsOf(segment: Segment, series: string, run: Run): Reading[] {
    return segment
      .readings()
      .filter((reading) => reading.series === series && sameRun(reading.position, run))
      .filter(({ position }) => position.seq >= segment.from && position.seq <= segment.to)
      .toSorted((a, b) => a.position.seq - b.position.seq)
  }

  /** Ranges that are held of a run, by their first seq. */
  #heldOf(series: string, run: Run): Iterable<{ from: number; to: number }> {
    const sealed = this.#options.stores.map((access) => access((store) => store.sealed.held(series, run), []))
    const tail = this.tail(series, run).map(({ position: { seq } }) => ({ from: seq, to: seq }))
    return mergeSorted([...sealed, tail], (a, b) => a.from - b.from)
  }

  *#segments(series: string, run: Run, from: number): Generator<Segment> {
    yield* this.#stored.from(series, run, from)
    for (const pack of this.#packsOfTail(series, run)) {
      const segment = segmentOf(pack)
      if (segment.to >= from) yield segment
    }
  }

  #packsOfTail(series: string, run: Run): readonly SealedReadings[] {
    const rows = this.tail(series, run)
    return rows.length === 0 ? [] : this.#tailPacks.of(this.topic(series), rows)
  }

  #newest(series: string): SealedReadings | undefined {
    for (const run of this.#runs(series, FIRST).toReversed()) {
      const pack = this.#packsOfTail(series, run).at(-1)
      if (pack !== undefined) return pack
      const ranges = this.#options.stores.map((access) => ({
        access,
        range: access((store) => store.sealed.lastRange(series, run), undefined)
      }))
      for (const { access, range } of ranges.toSorted((a, b) => (b.range?.to ?? -1) - (a.range?.to ?? -1))) {
        const sealed = range && this.#stored.open(access, range, series)
        if (sealed !== undefined) return sealed
      }
    }
    return undefined
  }

  #lastRanges(series: string, run: Run): HeldRange[] {
    return this.#all((store) => [store.sealed.lastRange(series, run)]).filter((range) => range !== undefined)
  }

  /** The results of each store, one after the other. */
  #all<T>(work: (store: HistoryStore) => T[]): T[] {
    return this.#options.stores.flatMap((access) => access(work, []))
  }
}

function compareRuns(a: Run, b: Run): number {
  return comparePositions({ epoch: a.epoch, boot: a.boot, seq: 0 }, { epoch: b.epoch, boot: b.boot, seq: 0 })
}

function runKey({ epoch, boot }: Run): string {
  return `${epoch}.${boot}`
}
