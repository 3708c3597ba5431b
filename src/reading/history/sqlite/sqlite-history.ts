import { type Cancel, every } from '../../../clock.ts'
import { defined } from '../../../defined.ts'
import type { Reading } from '../../reading.ts'
import type { Position, Run } from '../../run.ts'
import { parseSeries } from '../../series.ts'
import type { SealedReadings } from '../../signed/sealed.ts'
import type {
  AnchoredRun,
  HeldRun,
  History,
  HistoryDamage,
  HistoryItem,
  HistoryQuery,
  HistoryReading,
  HistoryStatus,
  ItemLimit,
  RowRange,
  RunAnchor
} from '../history.ts'
import { rangesOf } from '../range.ts'
import { Salvager } from '../salvage/salvager.ts'
import type { CommandRow, CommandsKept } from '../store/command-table.ts'
import { DurableStore } from '../store/durable-store.ts'
import type { StoredSealed } from '../store/sealed-table.ts'
import { DamageCount } from './damage-count.ts'
import { Flusher } from './flusher.ts'
import { HistoryReader } from './history-reader.ts'
import type { SqliteHistoryOptions } from './options.ts'
import { OthersRows } from './others-rows.ts'
import { OwnRows } from './own-rows.ts'
import { Recent } from './recent.ts'
import { Retention, writtenAt } from './retention.ts'
import { Tails } from './tails.ts'

/** Bytes of an anchor in its row, about. */
const ANCHOR_BYTES = 64

/**
 * Packs and blocks that one turn of the event loop writes, alone and beside rows; tails whose rows it writes; tails that
 * it seals; packs of others that it takes out of memory, about.
 */
const SLICE = { written: 24, withRows: 4, rows: 128, sealed: 4, settled: 256 }

/** The part of history.bytes that rows on disk which nobody needs may take. */
const SPARE_PART = 1 / 16

/**
 * History in SQLite. New readings are in memory: as rows, or sealed. A flush writes them, a part in each turn of the event
 * loop; both are read as one. So a disk that takes no writes changes nothing but the status.
 */
export class SqliteHistory implements History {
  readonly #options: SqliteHistoryOptions
  readonly #durable: DurableStore
  readonly #salvager: Salvager
  readonly #recent: Recent
  readonly #own: OwnRows
  readonly #others: OthersRows
  readonly #flusher: Flusher
  readonly #reader: HistoryReader
  readonly #retention: Retention
  readonly #damaged: DamageCount
  readonly #cancel: Cancel
  #flushing: NodeJS.Immediate | undefined
  #isQuiet = false
  #unwritten = 0
  /** Clock.monotonic() at the end of the last flush. */
  #flushedAt: number

  /** @throws NodeError 'history-newer' where a later kith wrote the file */
  constructor(options: SqliteHistoryOptions) {
    this.#options = options
    const { sealer, topicOf, clock, time, limits, log } = options
    this.#durable = new DurableStore(options)
    this.#damaged = new DamageCount({ durable: this.#durable, log })
    this.#salvager = new Salvager({ ...options, durable: this.#durable, ending: () => this.#salvaged() })
    this.#salvager.resume()
    const tails = new Tails((series, run) => this.#reader.lastOf(series, run))
    this.#recent = new Recent(tails)
    const keep = (stored: StoredSealed): void => this.#keep(stored)
    const topic = (series: string): string => topicOf(parseSeries(series)?.quantity ?? '') ?? ''
    const { blockAge } = limits
    const keepBlock = (block: SealedReadings): void =>
      this.#keepSealed(block, this.#retention.dateOf(block.readings))
    this.#own = new OwnRows({ clock, log, sealer, tails, blockAge, topicOf: topic, keep: keepBlock })
    this.#others = new OthersRows({
      clock,
      tails,
      peer: sealer.peer,
      limits,
      arrival: () => this.#retention.arrival(),
      keep
    })
    this.#flusher = new Flusher({
      clock,
      durable: this.#durable,
      recent: this.#recent,
      time: { now: () => this.#retention.now(), arrival: () => this.#retention.arrival() },
      onDamaged: (series) => this.#damaged.rows(series),
      age: limits.age,
      maxSpare: limits.bytes * SPARE_PART,
      retain: (store, spare, chunks) => {
        if (this.#retention.retain(store, spare) === 0) return false
        store.tidy(this.#own.present, tails.all(), chunks())
        return true
      }
    })
    const dates = this.#durable.unread.map(writtenAt)
    const newest = this.#durable.read((store) => store.newestDate(), 0)
    const { shares } = options
    this.#retention = new Retention({
      ...{ clock, time, limits, tails, peer: sealer.peer, newest: Math.max(newest, ...dates) },
      ...defined({ shares })
    })
    this.#reader = new HistoryReader({
      sealer,
      log,
      stores: [(work, otherwise) => this.#durable.read(work, otherwise), (work) => work(this.#recent)],
      tails,
      readable: () => this.#durable.readable,
      maxPayloadOf: (series) => options.maxPayloadOf(parseSeries(series)?.quantity ?? ''),
      present: () => this.#own.present,
      onDamaged: (sealed, series) => this.#damaged.sealed(sealed, series)
    })
    this.#flusher.load()
    this.#flushedAt = clock.monotonic()
    this.#cancel = every(clock, limits.flush, () => this.#flushInTurns())
  }

  beginRun(run: Run, anchor: RunAnchor): void {
    this.#own.begin(run, anchor.mono)
    this.anchor(run, anchor)
    this.flush()
  }

  anchor(run: Run, anchor: RunAnchor, author = this.#options.sealer.peer): void {
    this.#recent.anchor(author, run, anchor)
    this.#unwritten += ANCHOR_BYTES
  }

  appendOwn(readings: readonly Reading[]): void {
    this.#added(this.#own.append(readings))
  }

  put(sealed: SealedReadings): void {
    const { sealer, admits = () => true } = this.#options
    const { author, kind, bytes } = sealed
    const isOwn = author === sealer.peer
    if (kind === 'pack' && this.#isHeld(sealed)) return
    if (!isOwn && !admits(author, bytes.length)) return
    const grown = !isOwn && kind === 'pack' ? this.#others.take(sealed) : undefined
    if (grown === undefined) this.#keepSealed(sealed, this.#retention.arrival())
    else this.#added(grown)
  }

  get isStalled(): boolean {
    const { clock, limits } = this.#options
    return clock.monotonic() - this.#flushedAt > 3 * limits.flush
  }

  flush(): void {
    this.#stopTurns()
    this.#damaged.drop()
    this.#quietly(() => {
      this.#own.findDue()
      this.#own.sealDue(Infinity)
      this.#settle(SLICE.settled)
    })
    this.#begin()
    this.#write(Infinity, Infinity)
    this.#ended()
  }

  finishSalvage(): void {
    this.#salvager.finish()
  }

  /** Its rows are read from now on. */
  *#salvaged(): Generator<unknown> {
    yield* this.#flusher.salvaged()
    yield* this.#options.onSalvaged?.() ?? []
  }

  #ended(): void {
    this.#salvager.resume()
    this.#flushedAt = this.#options.clock.monotonic()
  }

  /** The same in parts, of which the first comes now. */
  #flushInTurns(): void {
    if (this.#flushing !== undefined) return
    this.#damaged.drop()
    this.#own.findDue()
    this.#turn(true)
  }

  #turn(isFirst: boolean): void {
    this.#flushing = undefined
    // Rows first: what takes their place comes when they are written.
    const isDue =
      this.#flusher.hasRows ||
      this.#quietly(() => {
        const settles = this.#settle(SLICE.settled)
        return this.#own.sealDue(SLICE.sealed) || settles
      })
    if (isFirst) this.#begin()
    const more = this.#write(this.#flusher.hasRows ? SLICE.withRows : SLICE.written, SLICE.rows)
    if (more || isDue) this.#flushing = setImmediate(() => this.#turn(false))
    else this.#ended()
  }

  /** What is added meanwhile brings no flush forward: one is being made. */
  #quietly<T>(work: () => T): T {
    this.#isQuiet = true
    try {
      return work()
    } finally {
      this.#isQuiet = false
    }
  }

  #stopTurns(): void {
    clearImmediate(this.#flushing)
    this.#flushing = undefined
  }

  get #isWritten(): boolean {
    return this.#unwritten === 0 && this.#recent.sealed.size === 0
  }

  #begin(): void {
    if (!this.#isWritten) this.#flusher.begin()
  }

  /** @returns whether there is more that can be written */
  #write(max: number, tails: number): boolean {
    if (this.#isWritten) return false
    const { written, more } = this.#flusher.write(max, tails)
    if (!written) this.#shrinkMemory()
    // The rows of a file that was opened anew are written anew.
    this.#unwritten = written && !more ? this.#recent.tails.unwritten : Math.max(this.#unwritten, 1)
    return written && more
  }

  items(
    series: string,
    from: Position | undefined,
    limit: ItemLimit
  ): { items: HistoryItem[]; next: Position | undefined } {
    return this.#reader.items(series, from, limit)
  }

  readings(query: HistoryQuery): HistoryReading[] {
    return this.#reader.readings(query)
  }

  held(series: string): HeldRun[] {
    return this.#reader.held(series)
  }

  unsealed(series: string): RowRange[] {
    return this.#reader.unsealed(series)
  }

  waiting(): RowRange[] {
    return this.#others.waiting()
  }

  firstPack(series: string, from: Position | undefined): Position | undefined {
    return this.#reader.firstPack(series, from)
  }

  latest(isWanted: (series: string) => boolean = () => true): Iterable<SealedReadings> {
    return this.#reader.latest(isWanted)
  }

  series(author?: string): string[] {
    return this.#reader.series(author)
  }

  runs(): AnchoredRun[] {
    return this.#reader.runs(this.#options.sealer.peer)
  }

  /** Writes to the log of commands at once. @returns whether it was written */
  addCommands(rows: readonly CommandRow[], kept: CommandsKept): boolean {
    return this.#durable.write((store) => store.commands.add(rows, kept))
  }

  /** The newest commands, oldest of them first. @param name of one output; of all unless given */
  commands(limit: number, name: string | undefined): CommandRow[] {
    return this.#durable.read((store) => store.commands.newest(limit, name), [])
  }

  status(): HistoryStatus {
    const { state, error, bytesWritten, file } = this.#durable
    const { sealed, tails } = this.#recent
    return {
      state,
      ...defined({ error, damage: this.#damage() }),
      bytes: this.#durable.read((store) => store.bytes(), 0) + sealed.bytes + tails.unwritten,
      bytesWritten,
      readings: this.#durable.read((store) => store.sealed.count(), 0) + sealed.count() + tails.rows,
      file
    }
  }

  #damage(): HistoryDamage | undefined {
    const { damagedFiles: files } = this.#durable
    const { salvaged } = this.#salvager
    const { lost } = this.#damaged
    if (files.length + salvaged.saved + salvaged.lost + lost === 0) return undefined
    return { files, salvaged: salvaged.saved, unsalvaged: salvaged.lost, lost }
  }

  close(): void {
    this.#cancel()
    this.#quietly(() => this.#others.settleAway())
    this.flush()
    this.#salvager.close()
    this.#durable.close()
  }

  #added(bytes: number): void {
    const before = this.#unwritten
    this.#unwritten += bytes
    if (this.#isQuiet) return
    const { flushBytes } = this.#options.limits
    // Once for each flushBytes, also while the disk takes nothing.
    if (Math.floor(this.#unwritten / flushBytes) === Math.floor(before / flushBytes)) return
    // Behind what came, so that the two do not add up to one long turn.
    this.#flushing ??= setImmediate(() => {
      this.#flushing = undefined
      this.#flushInTurns()
    })
  }

  #isHeld({ readings }: SealedReadings): boolean {
    return readings.every(({ series, position: { seq, ...run } }) => {
      const tail = this.#recent.tails.find(series, run)
      if (tail !== undefined && seq > tail.top) return false
      return tail?.seals.has(seq) === true || this.#reader.isSealed(series, run, seq, seq)
    })
  }

  #keepSealed({ kind, topic, bytes, readings }: SealedReadings, dated: number): void {
    this.#keep({ kind, topic, bytes, dated, ranges: rangesOf(readings) })
  }

  /** In place of the rows that it has. */
  #keep(stored: StoredSealed): void {
    this.#recent.sealed.put(stored)
    for (const { series, run, from, to } of stored.ranges) {
      const tail = this.#recent.tails.find(series, run)
      if (tail === undefined) continue
      if (stored.kind === 'block') this.#recent.tails.blockCame(series, this.#options.clock.monotonic())
      this.#recent.tails.cut(series, run, from, to)
    }
    this.#added(stored.bytes.length)
  }

  /**
   * Seals every tail of ours, because its author writes no more; what cannot be sealed is removed.
   * @returns how many readings were removed
   */
  sealRest(): number {
    this.finishSalvage()
    this.#flusher.adopt()
    const left = this.#own.sealRest()
    this.#unwritten += 1
    this.flush()
    return left
  }

  /** What waits for a block in vain is kept without it, while the disk takes it. @returns whether there is more than fits `max` */
  #settle(max: number): boolean {
    const { state } = this.#durable
    return (state === 'ok' || state === 'memory') && this.#others.settle(max - this.#recent.sealed.size)
  }

  /** Deletes what is beyond a share, then what is beyond the whole, while the disk takes nothing. */
  #shrinkMemory(): void {
    const { memoryBytes } = this.#options.limits
    const { sealed, tails } = this.#recent
    const excess = (): number => sealed.bytes + tails.unwritten - memoryBytes
    if (excess() <= 0) return
    this.#retention.shrinkUnwritten(sealed, memoryBytes)
    for (const { id } of sealed.first(sealed.size)) {
      if (excess() <= 0) return
      sealed.remove(id)
    }
    this.#others.shrink(excess())
  }
}
