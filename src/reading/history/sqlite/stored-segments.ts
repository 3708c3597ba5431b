import { describeError } from '../../../error.ts'
import type { Log } from '../../../log.ts'
import type { Run } from '../../run.ts'
import { parseSeries } from '../../series.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import type { Sealer } from '../../signed/sealer.ts'
import type { HistoryReading } from '../history.ts'
import { decodeStoredRows } from '../rows/stored-rows.ts'
import type { NameTable } from '../store/name-table.ts'
import type { HeldRange, SealedTable, StoredKind } from '../store/sealed-table.ts'
import { mergeSorted } from './merge-sorted.ts'

/** What is read of the store on disk, and of what is not written yet. */
export interface ReadableStore {
  readonly sealed: {
    ranges: SealedTable['ranges']
    held(series: string, run: Run): readonly Pick<HeldRange, 'from' | 'to' | 'sealed'>[]
    firstPack: SealedTable['firstPack']
    unsealed: SealedTable['unsealed']
    lastRange: SealedTable['lastRange']
    get(id: number): { readonly kind: StoredKind; readonly bytes: Uint8Array } | undefined
  }
  readonly names: Pick<NameTable, 'series' | 'topic' | 'runs'>
}

/** Reads one of several stores; where that fails, the result is `otherwise`. */
export type StoreAccess = <T>(work: (store: ReadableStore) => T, otherwise: T) => T

/** A range of one series: in sealed bytes, or among rows. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly started: number | null
  readonly ended: number | null
  /** undefined where it was deleted, and for rows. */
  sealed(): Pick<SealedReadings, 'kind' | 'topic' | 'bytes'> | undefined
  /** Of every series in it; none where it was deleted or is damaged. */
  readings(): readonly HistoryReading[]
}

/** The segment of a pack of one series and run without a gap. */
export function segmentOf(pack: SealedReadings): Segment {
  const seqs = pack.readings.map(({ position }) => position.seq)
  return {
    from: Math.min(...seqs),
    to: Math.max(...seqs),
    started: null,
    ended: null,
    sealed: () => pack,
    readings: () => pack.readings
  }
}

export interface StoredSegmentsOptions {
  readonly sealer: Sealer
  readonly log: Log
  readonly stores: readonly StoreAccess[]
  readonly topic: (series: string) => string
  /** Called with the number of a pack or block whose bytes are damaged, at each attempt to read it. */
  readonly onDamaged: (sealed: number, series: string) => void
}

/** How many ranges are looked up at a time. */
const PAGE = 64

/** Packs and blocks of several stores, read as one. */
export class StoredSegments {
  readonly #options: StoredSegmentsOptions

  constructor(options: StoredSegmentsOptions) {
    this.#options = options
  }

  /** Sealed segments of all stores, by their first seq, the longer one first. */
  from(series: string, run: Run, from: number): Generator<Segment> {
    const sources = this.#options.stores.map((access) => this.#storedIn(access, series, run, from))
    return mergeSorted(sources, (a, b) => a.from - b.from || b.to - a.to)
  }

  *#storedIn(access: StoreAccess, series: string, run: Run, from: number): Generator<Segment> {
    for (let next = from; ; ) {
      const page = access((store) => store.sealed.ranges(series, run, next, PAGE), [])
      for (const range of page) yield this.#segmentIn(access, range, series)
      const last = page.at(-1)
      if (last === undefined || page.length < PAGE) return
      next = last.to + 1
    }
  }

  #segmentIn(access: StoreAccess, range: HeldRange, series: string): Segment {
    return {
      ...range,
      sealed: () => (range.sealed < 0 ? undefined : this.#stored(access, range, series)),
      readings: () =>
        range.sealed < 0
          ? this.#rows(access, range, series)
          : (this.open(access, range, series)?.readings ?? [])
    }
  }

  /** Rows of another author whose seals are lost. */
  #rows(access: StoreAccess, range: HeldRange, series: string): HistoryReading[] {
    const stored = access((store) => store.sealed.get(range.sealed), undefined)
    if (stored?.kind !== 'rows') return []
    try {
      const { quantities } = this.#options.sealer
      const unitOf = (name: string): string | null =>
        quantities.get(parseSeries(name)?.quantity ?? '')?.unit ?? null
      const rows = [...decodeStoredRows(stored.bytes, unitOf)]
      return rows.map((reading) => ({ ...reading, unsealed: true }))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#options.onDamaged(range.sealed, series)
      return []
    }
  }

  open(access: StoreAccess, range: HeldRange, series: string): SealedReadings | undefined {
    const stored = this.#stored(access, range, series)
    if (stored === undefined) return undefined
    try {
      return this.#options.sealer.open(stored.kind, stored.topic, stored.bytes)
    } catch (error) {
      this.#options.log.warn(
        `a ${stored.kind} of ${series} in history cannot be read: ${describeError(error)}`
      )
      return undefined
    }
  }

  /** Damaged bytes leave a gap, which is lost or fetched from its author again. */
  #stored(
    access: StoreAccess,
    range: HeldRange,
    series: string
  ): Pick<SealedReadings, 'kind' | 'topic' | 'bytes'> | undefined {
    const stored = access((store) => store.sealed.get(range.sealed), undefined)
    if (stored === undefined || stored.kind === 'rows') return undefined
    const { kind, bytes } = stored
    if (this.#options.sealer.isGenuine(kind, bytes))
      return { kind, bytes, topic: this.#options.topic(series) }
    this.#options.onDamaged(range.sealed, series)
    return undefined
  }
}
