import type { Log } from '../../../log.ts'
import { comparePositions, type Position, type Run, sameRun } from '../../run.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import type { Sealer } from '../../signed/sealer.ts'
import { anchorTime } from '../anchor-time.ts'
import type {
  AnchoredRun,
  HeldRun,
  HistoryItem,
  HistoryQuery,
  HistoryReading,
  ItemLimit,
  RowRange
} from '../history.ts'
import { without } from '../range.ts'
import { authorOf } from '../store/name-table.ts'
import { joined, mergeSorted } from './merge-sorted.ts'
import {
  type ReadableStore,
  type Segment,
  type StoreAccess,
  StoredSegments,
  segmentOf
} from './stored-segments.ts'
import { TailPacks } from './tail-packs.ts'
import type { TailPart, TailRun } from './tail-run.ts'
import type { Tails } from './tails.ts'

export interface HistoryReaderOptions {
  readonly sealer: Sealer
  readonly log: Log
  /** What is read as one: the store on disk, and the one in memory that is not written yet. */
  readonly stores: readonly StoreAccess[]
  readonly tails: Tails
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

  readings({ series, since, until, untimed, limit, after }: HistoryQuery): HistoryReading[] {
    const found: HistoryReading[] = []
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

  /** Rows of another author without their seals. */
  unsealed(series: string): RowRange[] {
    if (this.#isOwn(series)) return []
    const stored = this.#all((store) => store.sealed.unsealed(series))
    const tails = this.#options.tails.of(series).flatMap(({ run, parts, seals }) => {
      const sealed = joined(seals.ranges()).map(([from, to]) => ({ from, to }))
      return parts.flatMap((part) => without(part, sealed)).map((range) => ({ run, ...range }))
    })
    const byRun = Map.groupBy([...stored, ...tails], ({ run }) => runKey(run))
    return [...byRun.values()].flatMap((rows) => {
      const run = rows[0]?.run ?? FIRST
      return joined(rows.toSorted((a, b) => a.from - b.from)).map(([from, to]) => ({ series, run, from, to }))
    })
  }

  firstPack(series: string, from: Position | undefined): Position | undefined {
    for (const { epoch, boot } of this.#runs(series, from ?? FIRST)) {
      const run = { epoch, boot }
      const min = from !== undefined && sameRun(run, from) ? from.seq : 0
      const found = this.#all((store) => [store.sealed.firstPack(series, run, min)])
      const part = this.#tailOf(series, run)?.parts.find(({ to }) => to >= min)
      const seqs = [...found, part && Math.max(part.from, min)].filter((seq) => seq !== undefined)
      if (seqs.length > 0) return { ...run, seq: Math.min(...seqs) }
    }
    return undefined
  }

  *latest(isWanted: (series: string) => boolean): Generator<SealedReadings> {
    // Chosen before the first one is taken: a pack may hold an older reading of another series.
    for (const series of this.series().filter(isWanted)) {
      const newest = this.#newest(series)
      if (newest !== undefined) yield newest
    }
  }

  series(author?: string): string[] {
    const names = this.#all((store) => store.names.series()).map(({ name }) => name)
    return [...new Set(names)].filter((name) => author === undefined || authorOf(name) === author).toSorted()
  }

  /** The runs of an author, ascending. */
  runs(author: string): AnchoredRun[] {
    return this.#runs(`${author}/`, FIRST)
  }

  /** The highest seq that is in a pack or block, or in rows without seals; -1 where there is none. */
  lastOf(series: string, run: Run): number {
    const last = this.#all((store) => [store.sealed.lastRange(series, run)])
    return last.reduce((max, range) => Math.max(max, range?.to ?? -1), -1)
  }

  /** Whether a sealed range holds all of it. */
  isSealed(series: string, run: Run, from: number, to: number): boolean {
    const found = this.#all((store) => store.sealed.ranges(series, run, from, 1))
    return found.some((range) => range.sealed >= 0 && range.from <= from && range.to >= to)
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
  ): Generator<HistoryReading> {
    for (const run of this.#runs(series, from ?? FIRST)) {
      let next = from !== undefined && sameRun(run, from) ? from.seq : 0
      for (const segment of this.#readable(series, run, next)) {
        if ((segment.ended ?? since) < since || (segment.started ?? until) > until) continue
        for (const reading of this.#readingsOf(segment, series, run)) {
          if (reading.position.seq < next) continue
          next = reading.position.seq + 1
          yield anchorTime(reading, run)
        }
      }
    }
  }

  /** What is sealed and the rows of tails, by their first seq. */
  #readable(series: string, run: Run, from: number): Generator<Segment> {
    const tail = this.#tailOf(series, run)
    const rows = (tail?.parts ?? []).filter(({ to }) => to >= from)
    const segments = rows.map((part) => this.#rowsOf(tail, part))
    return mergeSorted([this.#stored.from(series, run, from), segments], (a, b) => a.from - b.from)
  }

  #rowsOf(tail: TailRun | undefined, part: TailPart): Segment {
    const readings = (): HistoryReading[] => {
      const rows = tail?.readingsOf(part) ?? []
      if (this.#isOwn(tail?.series ?? '')) return rows
      return rows.map((row) =>
        tail?.seals.has(row.position.seq) === true ? row : { ...row, unsealed: true }
      )
    }
    return { from: part.from, to: part.to, started: null, ended: null, sealed: () => undefined, readings }
  }

  #isOwn(series: string): boolean {
    return authorOf(series) === this.#options.sealer.peer
  }

  #tailOf(series: string, run: Run): TailRun | undefined {
    return this.#options.tails.find(series, run)
  }

  #readingsOf(segment: Segment, series: string, run: Run): HistoryReading[] {
    return segment
      .readings()
      .filter((reading) => reading.series === series && sameRun(reading.position, run))
      .filter(({ position }) => position.seq >= segment.from && position.seq <= segment.to)
      .toSorted((a, b) => a.position.seq - b.position.seq)
  }

  /** Ranges that are held of a run, by their first seq. */
  #heldOf(series: string, run: Run): Iterable<{ from: number; to: number }> {
    const held: Iterable<{ from: number; to: number }>[] = this.#options.stores.map((access) =>
      access((store) => store.sealed.held(series, run), [])
    )
    return mergeSorted([...held, this.#tailOf(series, run)?.parts ?? []], (a, b) => a.from - b.from)
  }

  /** What goes over the wire, by the first seq, the longer one first. */
  *#segments(series: string, run: Run, from: number): Generator<Segment> {
    const stored = this.#stored.from(series, run, from)
    if (this.#isOwn(series)) {
      // Behind everything that is sealed.
      yield* stored
      for (const pack of this.#packsOfTail(series, run)) {
        const segment = segmentOf(pack)
        if (segment.to >= from) yield segment
      }
    } else
      yield* mergeSorted(
        [stored, this.#packsInMemory(series, run, from)],
        (a, b) => a.from - b.from || b.to - a.to
      )
  }

  /** Packs of another author that wait for its block. */
  *#packsInMemory(series: string, run: Run, from: number): Generator<Segment> {
    const tail = this.#tailOf(series, run)
    if (tail === undefined) return
    const { topic } = tail
    for (const { bytes, ...range } of tail.packs(from)) {
      const sealed = () => ({ kind: 'pack' as const, topic, bytes })
      yield { ...range, started: null, ended: null, sealed, readings: () => [] }
    }
  }

  #packsOfTail(series: string, run: Run): readonly SealedReadings[] {
    const rows = this.#tailOf(series, run)?.readings(0) ?? []
    return rows.length === 0 ? [] : this.#tailPacks.of(this.topic(series), rows)
  }

  #newest(series: string): SealedReadings | undefined {
    for (const run of this.#runs(series, FIRST).toReversed()) {
      const own = this.#isOwn(series) ? this.#packsOfTail(series, run).at(-1) : undefined
      const newest = own ?? this.#newestOf(series, run)
      if (newest !== undefined) return newest
    }
    return undefined
  }

  #newestOf(series: string, run: Run): SealedReadings | undefined {
    const stored = this.#options.stores.map((access) => {
      const range = access((store) => store.sealed.lastRange(series, run, { sealed: true }), undefined)
      return { to: range?.to ?? -1, open: () => range && this.#stored.open(access, range, series) }
    })
    const tail = this.#tailOf(series, run)
    const pack = tail?.lastPack()
    const open = () => pack && this.#options.sealer.open('pack', tail?.topic ?? '', pack.bytes)
    for (const one of [...stored, { to: pack?.to ?? -1, open }].toSorted((a, b) => b.to - a.to)) {
      const sealed = one.open()
      if (sealed !== undefined) return sealed
    }
    return undefined
  }

  /** The results of each store, one after the other. */
  #all<T>(work: (store: ReadableStore) => T[]): T[] {
    return this.#options.stores.flatMap((access) => access(work, []))
  }
}

function compareRuns(a: Run, b: Run): number {
  return comparePositions({ epoch: a.epoch, boot: a.boot, seq: 0 }, { epoch: b.epoch, boot: b.boot, seq: 0 })
}

function runKey({ epoch, boot }: Run): string {
  return `${epoch}.${boot}`
}
