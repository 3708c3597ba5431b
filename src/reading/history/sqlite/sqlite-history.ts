import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { type Cancel, type Clock, every } from '../../../clock.ts'
import { defined } from '../../../defined.ts'
import { describeError } from '../../../error.ts'
import type { ClockStatus } from '../../../hal/time-source.ts'
import type { Log } from '../../../log.ts'
import type { Reading } from '../../reading.ts'
import type { Position, Run } from '../../run.ts'
import { parseSeries } from '../../series.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import type { Sealer } from '../../signed/sealer.ts'
import { MAX_RECORDS } from '../../signed/senml.ts'
import type {
  AnchoredRun,
  HeldRun,
  History,
  HistoryDamage,
  HistoryItem,
  HistoryQuery,
  HistoryStatus,
  ItemLimit,
  RunAnchor
} from '../history.ts'
import type { HistoryLimits } from '../limits.ts'
import { rangesOf } from '../range.ts'
import { Salvager } from '../salvage/salvager.ts'
import { openDatabase } from '../store/database-file.ts'
import { DurableStore } from '../store/durable-store.ts'
import { HistoryStore } from '../store/history-store.ts'
import type { Tail } from '../store/tail-table.ts'
import { type DueTail, dueTails } from './due-tails.ts'
import { HistoryReader } from './history-reader.ts'
import { RetentionClock } from './retention-clock.ts'
import { type HistoryShares, shrinkToShares } from './shares.ts'

export interface SqliteHistoryOptions {
  /** A file, or ':memory:'. */
  readonly path: string
  readonly clock: Clock
  readonly log: Log
  readonly sealer: Sealer
  readonly time: () => ClockStatus
  /** The ProtocolName of our own readings of a quantity; undefined where no protocol carries it. */
  readonly topicOf: (quantity: string) => string | undefined
  /** Bytes of a pack's payload that the receivers of every protocol of a quantity take. */
  readonly maxPayloadOf: (quantity: string) => number
  readonly limits: HistoryLimits
  /** What other authors may take of the bytes; all unless given. */
  readonly shares?: HistoryShares
  /** Whether this many bytes of another author are stored now; all unless given. */
  readonly admits?: (author: string, bytes: number) => boolean
  /** Opens the database; openDatabase unless given. */
  readonly open?: (path: string) => DatabaseSync
  /** Is called when what damaged files had was taken over. */
  readonly onSalvaged?: () => void
}

/** Bytes of a row in the tail, about. */
const ROW_BYTES = 64

/**
 * History in SQLite. New readings lie in a store in memory and go to the one on disk as one transaction a flush;
 * both are read as one. So a disk that takes no writes changes nothing but the status.
 */
export class SqliteHistory implements History {
  readonly #options: SqliteHistoryOptions
  readonly #durable: DurableStore
  readonly #salvager: Salvager
  readonly #recent = new HistoryStore(openDatabase(':memory:'))
  readonly #reader: HistoryReader
  readonly #ages: RetentionClock
  /** Numbers of packs and blocks on disk whose bytes are damaged, until they can be removed. */
  readonly #damaged = new Set<number>()
  /** How many were removed since the start. */
  #lost = 0
  readonly #cancel: Cancel
  /** Rows of our own since the last block, by series. */
  readonly #rows = new Map<string, number>()
  #present: { run: Run; started: number } | undefined
  #unwritten = 0
  /** Clock.monotonic() at the end of the last flush. */
  #flushedAt: number
  #newestDate: number

  /** @throws NodeError 'history-newer' where a later kith wrote the file */
  constructor(options: SqliteHistoryOptions) {
    this.#options = options
    this.#durable = new DurableStore(options)
    this.#salvager = new Salvager({
      ...options,
      durable: this.#durable,
      onDone: options.onSalvaged
    })
    this.#salvager.resume()
    const dates = this.#durable.unread.map(writtenAt)
    this.#newestDate = Math.max(
      this.#durable.read((store) => store.sealed.newestDate(), 0),
      ...dates
    )
    const { clock, time, limits } = options
    this.#ages = new RetentionClock({ clock, time, age: limits.age, newest: this.#newestDate })
    this.#reader = new HistoryReader({
      sealer: options.sealer,
      log: options.log,
      stores: [(work, otherwise) => this.#durable.read(work, otherwise), (work) => work(this.#recent)],
      readable: () => this.#durable.readable,
      maxPayloadOf: (series) => options.maxPayloadOf(parseSeries(series)?.quantity ?? ''),
      present: () => this.#present?.run,
      onDamaged: (sealed, series) => this.#noteDamaged(sealed, series)
    })
    this.#flushedAt = clock.monotonic()
    this.#cancel = every(options.clock, options.limits.flush, () => this.flush())
  }

  beginRun(run: Run, anchor: RunAnchor): void {
    this.#present = { run, started: this.#options.clock.monotonic() - anchor.mono }
    this.anchor(run, anchor)
    this.flush()
  }

  anchor(run: Run, anchor: RunAnchor, author = this.#options.sealer.peer): void {
    this.#recent.names.anchor(author, run, anchor)
    this.#unwritten += ROW_BYTES
  }

  appendOwn(readings: readonly Reading[]): void {
    this.#recent.transaction(() => {
      for (const reading of readings) this.#recent.tail.append(this.#topicOf(reading.series), reading)
    })
    let full = false
    for (const { series } of readings) {
      const rows = (this.#rows.get(series) ?? 0) + 1
      this.#rows.set(series, rows)
      full ||= rows >= MAX_RECORDS
    }
    this.#added(readings.length * ROW_BYTES, full)
  }

  put(sealed: SealedReadings): void {
    const { sealer, admits = () => true } = this.#options
    if (sealed.author !== sealer.peer && !admits(sealed.author, sealed.bytes.length)) return
    this.#recent.transaction(() => this.#keep(sealed, this.#arrival()))
    this.#added(sealed.bytes.length, false)
  }

  get isStalled(): boolean {
    const { clock, limits } = this.#options
    return clock.monotonic() - this.#flushedAt > 3 * limits.flush
  }

  flush(): void {
    this.#dropDamaged()
    this.#sealDue()
    if (this.#unwritten > 0) this.#writeRecent()
    this.#salvager.resume()
    this.#flushedAt = this.#options.clock.monotonic()
  }

  finishSalvage(): void {
    this.#salvager.finish()
  }

  #writeRecent(): void {
    const written = this.#durable.write((store) => {
      this.#recent.copyInto(store)
      this.#retain(store)
    })
    if (written) this.#recent.clear()
    else this.#shrink(this.#recent, this.#options.limits.memoryBytes)
    this.#unwritten = written ? 0 : 1
  }

  items(
    series: string,
    from: Position | undefined,
    limit: ItemLimit
  ): { items: HistoryItem[]; next: Position | undefined } {
    return this.#reader.items(series, from, limit)
  }

  readings(query: HistoryQuery): Reading[] {
    return this.#reader.readings(query)
  }

  held(series: string): HeldRun[] {
    return this.#reader.held(series)
  }

  firstPack(series: string, from: Position | undefined): Position | undefined {
    return this.#reader.firstPack(series, from)
  }

  latest(): SealedReadings[] {
    return this.#reader.latest()
  }

  series(author?: string): string[] {
    return this.#reader.series(author)
  }

  runs(): AnchoredRun[] {
    return this.#reader.runs(this.#options.sealer.peer)
  }

  status(): HistoryStatus {
    const { state, error, bytesWritten, file } = this.#durable
    return {
      state,
      ...defined({ error, damage: this.#damage() }),
      bytes: this.#durable.read((store) => store.bytes(), 0) + this.#recent.bytes(),
      bytesWritten,
      readings: this.#durable.read((store) => store.count(), 0) + this.#recent.count(),
      file
    }
  }

  #damage(): HistoryDamage | undefined {
    const { damagedFiles: files } = this.#durable
    const { salvaged } = this.#salvager
    const lost = this.#lost + this.#damaged.size
    if (files.length + salvaged.saved + salvaged.lost + lost === 0) return undefined
    return { files, salvaged: salvaged.saved, unsalvaged: salvaged.lost, lost }
  }

  close(): void {
    this.#cancel()
    this.flush()
    this.#salvager.close()
    this.#durable.close()
    this.#recent.close()
  }

  #added(bytes: number, full: boolean): void {
    const before = this.#unwritten
    this.#unwritten += bytes
    const { flushBytes } = this.#options.limits
    // Once for each flushBytes, also while the disk takes nothing.
    if (full || Math.floor(this.#unwritten / flushBytes) > Math.floor(before / flushBytes)) this.flush()
  }

  #keep(sealed: SealedReadings, dated: number): void {
    const { kind, topic, bytes, readings } = sealed
    this.#recent.sealed.put({
      kind,
      topic,
      bytes,
      dated,
      ranges: rangesOf(readings)
    })
  }

  #noteDamaged(sealed: number, series: string): void {
    if (this.#damaged.has(sealed)) return
    this.#damaged.add(sealed)
    this.#options.log.error(`a pack or block of ${series} in history is damaged: its readings are lost here`)
    this.#dropDamaged()
  }

  /** Removes damaged packs and blocks: what they held is a gap from then on. */
  #dropDamaged(): void {
    const damaged = [...this.#damaged]
    if (damaged.length === 0) return
    const dropped = this.#durable.write((store) => {
      for (const sealed of damaged) store.sealed.drop(sealed)
    })
    if (!dropped) return
    this.#lost += damaged.length
    this.#damaged.clear()
  }

  /**
   * Seals every tail, because its author writes no more; what cannot be sealed is removed.
   * @returns how many readings were removed
   */
  sealRest(): number {
    this.finishSalvage()
    this.#seal(this.#tails().map(({ series, run }) => ({ series, run, whole: true })))
    this.flush()
    const left = this.#durable.read((store) => store.tail.count(), 0)
    this.#durable.write((store) => store.tail.clear())
    return left
  }

  #tails(): Tail[] {
    return [...this.#durable.read((store) => store.tail.tails(), []), ...this.#recent.tail.tails()]
  }

  /** Seals what is full, old enough, or of a run that has ended. */
  #sealDue(): void {
    const { clock, limits } = this.#options
    const present = this.#present
    const age = present === undefined ? 0 : clock.monotonic() - present.started - limits.blockAge
    this.#seal(dueTails(this.#tails(), present?.run, age))
  }

  #seal(due: readonly DueTail[]): void {
    const { log } = this.#options
    for (const { series, run, whole } of due) {
      // Also where it cannot be sealed: not to be tried again with every reading.
      this.#rows.set(series, 0)
      try {
        this.#recent.transaction(() => this.#sealTail(series, run, whole))
      } catch (error) {
        log.error(`${series} cannot be sealed: ${describeError(error)}`)
      }
    }
  }

  #sealTail(series: string, run: Run, whole: boolean): void {
    let rows = this.#reader.tail(series, run)
    while (rows.length >= (whole ? 1 : MAX_RECORDS)) {
      const block = this.#options.sealer.block(this.#reader.topic(series), rows)
      this.#keep(block, this.#dateOf(block.readings))
      rows = rows.slice(block.readings.length)
    }
    this.#rows.set(series, rows.length)
    this.#unwritten += ROW_BYTES
  }

  #retain(store: HistoryStore): void {
    const { limits } = this.#options
    const now = this.#ages.now()
    let dropped = 0
    if (now !== undefined) {
      store.sealed.dateUndated(Math.floor(now))
      dropped += store.sealed.dropOlderThan(Math.floor(now - limits.age / 1000))
    }
    dropped += this.#shrink(store, limits.bytes)
    if (dropped > 0) store.tidy(this.#present?.run)
  }

  /** Deletes what is beyond a share, then what is beyond the whole. @returns how many packs and blocks */
  #shrink(store: HistoryStore, bytes: number): number {
    const { shares, sealer } = this.#options
    const dropped = shares === undefined ? 0 : shrinkToShares(store, bytes, shares, sealer.peer)
    return dropped + store.shrinkTo(bytes)
  }

  /**
   * Unix seconds from which the age of our own sealed readings counts: their newest, or now where that lies ahead.
   * While the time is unknown, they are as new as the newest that is kept.
   */
  #dateOf(readings: readonly Reading[]): number {
    const now = this.#ages.now()
    if (now === undefined) return this.#newestDate
    return this.#dated(Math.min(now, Math.max(...readings.map(({ time }) => time ?? now))))
  }

  /** The age of others' readings counts from their arrival: their author's clock may be wrong. */
  #arrival(): number {
    const now = this.#ages.now()
    return now === undefined ? this.#newestDate : this.#dated(now)
  }

  #dated(time: number): number {
    const date = Math.floor(time)
    this.#newestDate = Math.max(this.#newestDate, date)
    return date
  }

  #topicOf(series: string): string {
    return this.#options.topicOf(parseSeries(series)?.quantity ?? '') ?? ''
  }
}

/** Unix seconds of the last write to a damaged file, about the newest date of what it has. */
function writtenAt(file: string): number {
  return Math.floor((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1000)
}
