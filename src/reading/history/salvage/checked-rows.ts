import { hash } from 'node:crypto'
import type { SQLOutputValue } from 'node:sqlite'
import type { Reading } from '../../reading.ts'
import type { Run } from '../../run.ts'
import { isPeerId, parseSeries } from '../../series.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import type { Sealer } from '../../signed/sealer.ts'
import { signable } from '../../signed/signable.ts'
import { type PositionRange, rangesOf } from '../range.ts'
import { decodeRows } from '../rows/row-codec.ts'
import { decodeStoredRows } from '../rows/stored-rows.ts'
import { type ReadPart, readChunk } from '../store/chunk-table.ts'
import type { HistoryStore } from '../store/history-store.ts'
import { readRun } from '../store/name-table.ts'
import { signedBytes } from '../store/sealed-bytes.ts'
import { readTail } from '../store/tail-table.ts'
import { attempt } from './attempt.ts'
import { isBoot, isCount } from './carved-tables.ts'
import { Expected, type ReadStore, type Salvaged } from './expected.ts'

export interface SalvageInit {
  readonly sealer: Pick<Sealer, 'peer' | 'quantities' | 'isGenuine' | 'open'>
  /** The ProtocolName of a quantity. */
  readonly topicOf: (quantity: string) => string | undefined
}

export type Row = Readonly<Record<string, SQLOutputValue>>

/** Under the names of the columns. */
export interface RowName extends Run {
  /** Of the series. */
  readonly name: string
}

/** What a row becomes in the new history. May throw SQLite's error. */
export type Change = (into: HistoryStore) => void

/** Digests that are remembered, about 64 bytes each; what is beyond them may be verified twice. */
const MAX_DIGESTS = 2 ** 18

/** Rows of a damaged database, each checked; undefined where one does not come over. */
export class CheckedRows {
  readonly #init: SalvageInit
  readonly #expected = new Expected()
  /** Of packs and blocks that were looked at. */
  readonly #digests = new Set<string>()
  /** Keys of rows of the tail whose series or run is lost, and of chunks that are cut. */
  readonly #unreadable = new Set<string>()

  constructor(init: SalvageInit) {
    this.#init = init
  }

  get peer(): string {
    return this.#init.sealer.peer
  }

  anchor(row: Row): Change | undefined {
    const peer = String(row['peer'])
    if (!isPeerId(peer) || !isCount(row['epoch']) || !isBoot(row['boot'])) return undefined
    const run = readRun(row)
    return (into) => into.names.anchor(peer, run, run)
  }

  /** @param row of `tail`, with name, epoch and boot */
  tail(row: Row): Change | undefined {
    const reading = this.#ownReading(row)
    if (reading === undefined) {
      this.#noteUnreadable(row)
      return undefined
    }
    return this.#row(reading)
  }

  /** Its parts; a rest that is none counts as a reading that is lost. */
  chunk(bytes: Uint8Array): readonly ReadPart[] {
    const { parts, isCut } = readChunk(bytes)
    if (isCut) this.#unreadable.add(`chunk ${hash('sha256', bytes, 'base64url')}`)
    return parts
  }

  /**
   * Rows of one series and run, as many as can be read; those of others without their seals.
   * @param name of the numbers of the part, undefined where one of them is not known
   */
  *chunkPart({ from, to, bytes, isWhole }: ReadPart, name: RowName | undefined): Generator<Change> {
    if (name === undefined) return
    const { name: series, epoch, boot } = name
    this.expect(series, { epoch, boot }, from, to)
    if (!isWhole) return
    const unit = this.#unitOf(series)
    const named = { series, unit, run: { epoch, boot }, first: from }
    // Rows behind the last one are in a block.
    yield* this.#rows(() => decodeRows(bytes, named).take(to - from + 1))
  }

  /** Rows of another author that were kept without their seals. */
  storedRows(rows: Uint8Array): Generator<Change> {
    return this.#rows(() => decodeStoredRows(rows, (series) => this.#unitOf(series)))
  }

  /** Each is decoded when it is taken: a few bytes may hold thousands. */
  *#rows(decode: () => Iterator<Reading>): Generator<Change> {
    const rows = attempt(decode)
    for (;;) {
      const next = rows && attempt(() => rows.next())
      if (next === undefined || next.done === true) return
      const reading = attempt(() => signable(next.value, this.#init.sealer.quantities))
      if (reading !== undefined) yield this.#row(reading)
    }
  }

  #row(reading: Reading): Change {
    const { series, position } = reading
    this.expect(series, position, position.seq, position.seq)
    const topic = this.#topicOf(series)
    return (into) => {
      if (!isSealed(into, reading)) into.tail.append(topic, reading)
    }
  }

  /** Each once, and only as its author signed it. */
  sealed(kind: SealedReadings['kind'], dated: unknown, kept: Uint8Array): Change | undefined {
    const bytes = signedBytes(kept)
    const digest = hash('sha256', bytes, 'base64url')
    if (this.#digests.has(digest)) return undefined
    if (this.#digests.size < MAX_DIGESTS) this.#digests.add(digest)
    const ranges = this.open(kind, bytes)
    const [first] = ranges ?? []
    if (ranges === undefined || first === undefined) return undefined
    for (const { series, run, from, to } of ranges) this.expect(series, run, from, to)
    const stored = {
      kind,
      topic: this.#topicOf(first.series),
      dated: isCount(dated) ? dated : 0,
      bytes,
      ranges
    }
    return (into) => into.sealed.put(stored)
  }

  /** @returns what it holds, undefined where it is not as its author signed it */
  open(kind: SealedReadings['kind'], bytes: Uint8Array): PositionRange[] | undefined {
    const { sealer } = this.#init
    if (!sealer.isGenuine(kind, bytes)) return undefined
    const sealed = attempt(() => sealer.open(kind, '', bytes))
    return sealed && rangesOf(sealed.readings)
  }

  /** Notes that it was there. */
  expect(series: string, run: Run, from: number, to: number): void {
    this.#expected.add(series, run, from, to)
  }

  /** Readings of which there is a trace, and how many of them a store has: parts of both sums, a run a step. */
  *compare(read: ReadStore): Generator<Salvaged> {
    yield { saved: 0, lost: this.#unreadable.size }
    yield* this.#expected.compare(read, this.peer)
  }

  /** The reading as it will be signed, undefined where it cannot be. */
  #ownReading(row: Row): Reading | undefined {
    const { name, seq, epoch, boot, quality } = row
    const series = parseSeries(String(name))
    const isOwn = series?.peer === this.peer && isCount(seq) && isCount(epoch) && isBoot(boot)
    if (!isOwn || (quality !== 0 && quality !== 1 && quality !== 2)) return undefined
    const { quantities } = this.#init.sealer
    const unit = this.#unitOf(String(name))
    return attempt(() => signable(readTail({ ...row, unit }), quantities))
  }

  #unitOf(series: string): string | null {
    return this.#init.sealer.quantities.get(parseSeries(series)?.quantity ?? '')?.unit ?? null
  }

  #noteUnreadable(row: Row): void {
    const { name, epoch, boot, seq } = row
    if (typeof name === 'string' && isCount(epoch) && isBoot(boot) && isCount(seq))
      this.expect(name, { epoch, boot }, seq, seq)
    else this.#unreadable.add(`${row['series_id']} ${row['run_id']} ${seq}`)
  }

  #topicOf(series: string): string {
    return this.#init.topicOf(parseSeries(series)?.quantity ?? '') ?? ''
  }
}

/** A reading that a block holds is in the tail no more: nothing would remove it from there. */
function isSealed(store: HistoryStore, { series, position }: Reading): boolean {
  const [range] = store.sealed.ranges(series, position, position.seq, 1)
  return range !== undefined && range.from <= position.seq
}
