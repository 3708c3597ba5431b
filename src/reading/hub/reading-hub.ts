import { BoundedMap } from '../../bounded-map.ts'
import type { Cancel, Clock } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { History } from '../history/history.ts'
import type { Reading } from '../reading.ts'
import { comparePositions, type Position } from '../run.ts'
import { parseSeries, type SeriesParts } from '../series.ts'
import { faultText } from '../signed/fault-text.ts'
import type { ReceivedBy, SealedReadings } from '../signed/sealed.ts'
import type { HubLimits } from './limits.ts'
import { SeenPositions } from './seen-positions.ts'
import { SeriesTable } from './series-table.ts'

/** The newest reading of a series, with the signed bytes that hold it. */
export interface Latest {
  readonly reading: Reading
  readonly sealed: SealedReadings
  readonly receivedBy: ReceivedBy
  /** Clock.monotonic() when it arrived; for what was found in history, now less its age by the wall clock. */
  readonly receivedAt: number
}

/** A pack or block with readings that were not held before. */
export interface HubEvent {
  readonly sealed: SealedReadings
  /** Those readings, of the series that the subscriber matches. */
  readonly fresh: readonly Reading[]
  readonly receivedBy: ReceivedBy
}

/** A sign that two nodes have one key: the same epoch with two boots, or two outcomes at one position. */
export interface Conflict {
  readonly kind: 'boot' | 'position'
  readonly series: string
  readonly position: Position
}

export interface HubOptions {
  readonly clock: Clock
  readonly log: Log
  readonly history: Pick<History, 'put' | 'held' | 'latest'>
  /** Whether history keeps the readings of another author. */
  readonly keepsOf: (author: string) => boolean
  /**
   * Whether another author's series are not removed for those of strangers: the book, connected peers, and who is
   * stored but for a claim alone. Those that history keeps unless given.
   */
  readonly isProtected?: (author: string) => boolean
  /** Watchers bound their own queues. */
  readonly limits: Omit<HubLimits, 'queue'>
  readonly onConflict?: (conflict: Conflict) => void
}

/** Milliseconds between two log lines about bad records of one author, and of how many authors that is known. */
const FLAW_PAUSE = 3_600_000
const FLAW_AUTHORS = 256

/** Bytes of memory of a series without readings and of a decoded reading, measured on Node 24. */
const SERIES_BYTES = 1000
const READING_BYTES = 300

interface Entry {
  readonly parts: SeriesParts
  readonly seen: SeenPositions
  latest: Latest | undefined
}

export interface HubSubscriber {
  /** Every series unless given. */
  readonly match?: (series: SeriesParts) => boolean
  readonly onSealed: (event: HubEvent) => void
}

/**
 * The one hand-over point of readings, ours and others': verified packs and blocks come in, each position counts
 * once, the latest reading of each series is held, subscribers are notified.
 *
 * Readings of others enter history from here (History.put). Our own do not: the author appends each to history
 * before it is sealed, so that a reading is kept even where no pack can be sent.
 */
export class ReadingHub {
  readonly #options: HubOptions
  readonly #series: SeriesTable<Entry>
  readonly #subscribers = new Set<HubSubscriber>()
  /** Our own PeerId, once we have measured. */
  #self: string | undefined
  /** Clock.monotonic() of the last word about bad records, by author. */
  readonly #flawsLogged = new BoundedMap<string, number>(FLAW_AUTHORS)
  readonly #counters = { fresh: 0, repeated: 0, conflicts: 0 }

  constructor(options: HubOptions) {
    this.#options = options
    this.#series = new SeriesTable(options.limits, (author) => this.#spares(author))
    for (const _ of this.recall());
  }

  /** Takes the latest of history for the series of which nothing is held, one a step: at the start, and after a salvage. */
  *recall(): Generator<void> {
    const isLacking = (series: string): boolean => this.#series.get(series)?.latest === undefined
    for (const sealed of this.#options.history.latest(isLacking)) {
      this.#recall(sealed)
      this.#weigh(sealed)
      this.#series.makeRoom(sealed.author)
      yield
    }
  }

  /** Readings that were new or repeated, series removed, conflicts seen: counts since the start. */
  get counters(): Readonly<Record<'fresh' | 'repeated' | 'conflicts' | 'forgotten', number>> {
    return { ...this.#counters, forgotten: this.#series.removed }
  }

  /**
   * Takes a pack or block whose seal was verified.
   * @returns its readings that were not held before
   */
  add(sealed: SealedReadings, receivedBy: ReceivedBy): readonly Reading[] {
    const now = this.#options.clock.monotonic()
    const fresh = this.#take(sealed, receivedBy, now)
    if (fresh.length > 0) this.#logFlaws(sealed, now)
    this.#counters.fresh += fresh.length
    this.#counters.repeated += sealed.readings.length - fresh.length
    if (receivedBy === 'own') this.#self = sealed.author
    else if (fresh.length > 0) this.#keep(sealed, fresh)
    if (fresh.length > 0) {
      for (const subscriber of this.#subscribers) this.#notify(subscriber, { sealed, fresh, receivedBy })
    }
    this.#weigh(sealed)
    this.#series.makeRoom(sealed.author)
    return fresh
  }

  /**
   * The latest of every series that matches.
   * @param authors of whom series are looked at, each once; of all unless given
   */
  latest(match: (series: SeriesParts) => boolean = () => true, authors?: readonly string[]): Latest[] {
    const found: Latest[] = []
    for (const { parts, latest } of authors?.flatMap((one) => this.#series.of(one)) ?? this.#series.all())
      if (latest !== undefined && match(parts)) found.push(latest)
    return found
  }

  /** Whether a series of the author is held. */
  hasAuthor(author: string): boolean {
    return this.#series.hasAuthor(author)
  }

  /** The newest position held of a series. */
  position(series: string): Position | undefined {
    return this.#series.get(series)?.latest?.reading.position
  }

  /**
   * Calls `onSealed` with each event that has readings of a matching series, before add() returns.
   * @throws NodeError 'busy' where there are too many subscribers
   */
  subscribe(subscriber: HubSubscriber): Cancel {
    if (this.#subscribers.size >= this.#options.limits.subscribers) {
      throw new NodeError('busy', `there are ${this.#subscribers.size} subscribers, the maximum`, {
        remedy: 'retry'
      })
    }
    const one = { ...subscriber }
    this.#subscribers.add(one)
    return () => {
      this.#subscribers.delete(one)
    }
  }

  /** @returns what is new of it; the readings themselves where all are */
  #take(sealed: SealedReadings, receivedBy: ReceivedBy, now: number): readonly Reading[] {
    const { readings } = sealed
    if (this.#takeFollowing(sealed, receivedBy, now)) return readings
    const fresh: Reading[] = []
    // Readings of one series stand together in a pack: its entry is looked up once.
    let series: string | undefined
    let entry: Entry | undefined
    for (const reading of readings) {
      if (reading.series !== series) {
        series = reading.series
        entry = this.#entry(series, receivedBy)
      }
      if (entry === undefined) continue
      this.#checkTwin(entry, reading)
      if (!entry.seen.add(reading.position)) continue
      if (isNewer(reading, entry)) entry.latest = { reading, sealed, receivedBy, receivedAt: now }
      fresh.push(reading)
    }
    return fresh.length === readings.length ? readings : fresh
  }

  /** A block has readings of one run and series (decodeBlock): without a gap behind the newest, all are taken at once. */
  #takeFollowing(sealed: SealedReadings, receivedBy: ReceivedBy, now: number): boolean {
    const { kind, readings } = sealed
    const [first, last] = [readings[0], readings.at(-1)]
    if (kind !== 'block' || first === undefined || last === undefined) return false
    const { seq } = first.position
    if (!readings.every(({ position }, i) => position.seq === seq + i)) return false
    const entry = this.#entry(first.series, receivedBy)
    if (entry?.seen.addFollowing(first.position, last.position.seq) !== true) return false
    if (isNewer(last, entry)) entry.latest = { reading: last, sealed, receivedBy, receivedAt: now }
    return true
  }

  /** The latest of history, until a newer reading comes; its age is by the wall clock. */
  #recall(sealed: SealedReadings): void {
    const { clock } = this.#options
    for (const reading of sealed.readings) {
      const age = reading.time === null ? Infinity : Math.max(0, clock.now() - reading.time * 1000)
      const entry = this.#entry(reading.series, 'history')
      if (entry !== undefined && isNewer(reading, entry)) {
        entry.latest = { reading, sealed, receivedBy: 'history', receivedAt: clock.monotonic() - age }
      }
    }
  }

  #keep(sealed: SealedReadings, fresh: readonly Reading[]): void {
    const { keepsOf, history } = this.#options
    if (!keepsOf(sealed.author)) return
    if (fresh === sealed.readings) history.put(sealed)
    else {
      const kept = new Set(fresh.map(({ series }) => series))
      history.put({ ...sealed, readings: sealed.readings.filter(({ series }) => kept.has(series)) })
    }
  }

  /** A pack with several series is charged to each: the others may go on without it. */
  #weigh({ readings }: SealedReadings): void {
    let weighed: string | undefined
    for (const { series } of readings) {
      if (series === weighed) continue
      weighed = series
      const entry = this.#series.get(series)
      if (entry !== undefined) this.#series.weigh(series, bytesOf(entry))
    }
  }

  /** Authors whose series stay: ourselves, and those that are protected. */
  #spares(author: string): boolean {
    const { keepsOf, isProtected = keepsOf } = this.#options
    return author === this.#self || isProtected(author)
  }

  #notify({ match, onSealed }: HubSubscriber, { sealed, fresh, receivedBy }: HubEvent): void {
    let asked: string | undefined
    let isWanted = false
    const wanted = fresh.filter(({ series }) => {
      if (series === asked) return isWanted
      asked = series
      const entry = this.#series.get(series)
      isWanted = entry !== undefined && (match === undefined || match(entry.parts))
      return isWanted
    })
    if (wanted.length === 0) return
    try {
      onSealed({ sealed, fresh: wanted, receivedBy })
    } catch (error) {
      this.#options.log.error(`a subscriber of readings failed: ${describeError(error)}`)
    }
  }

  /**
   * The entry of a series, which becomes the newest. A new entry counts what history holds as seen, but for our
   * own series: history has our readings before they come here.
   */
  #entry(series: string, receivedBy: ReceivedBy): Entry | undefined {
    const known = this.#series.touch(series)
    if (known !== undefined) return known
    const parts = parseSeries(series)
    if (parts === undefined) return undefined
    const entry: Entry = { parts, seen: new SeenPositions(this.#options.limits), latest: undefined }
    const held = receivedBy === 'own' ? [] : this.#options.history.held(series)
    for (const { run, ranges } of held) {
      for (const [from, to] of ranges) entry.seen.addRange(run, from, to)
    }
    this.#series.add(series, entry)
    return entry
  }

  /** A record without a value of its quantity is a fault of its author, and a word in the log, once in a while. */
  #logFlaws({ author, topic, flaws = [] }: SealedReadings, now: number): void {
    const [flaw] = flaws
    const last = this.#flawsLogged.get(author)
    if (flaw === undefined || (last !== undefined && now - last < FLAW_PAUSE)) return
    this.#flawsLogged.set(author, now)
    this.#options.log.warn(`bad records in packs of ${author}, taken as faults: ${faultText(flaw)}`, {
      topic
    })
  }

  #checkTwin({ seen, latest }: Entry, { series, position, value, fault }: Reading): void {
    if (seen.isTwin(position)) this.#conflict({ kind: 'boot', series, position })
    const held = latest?.reading
    if (held === undefined || comparePositions(held.position, position) !== 0) return
    if (value !== held.value || fault?.code !== held.fault?.code) {
      this.#conflict({ kind: 'position', series, position })
    }
  }

  #conflict(conflict: Conflict): void {
    this.#counters.conflicts += 1
    this.#options.onConflict?.(conflict)
  }
}

function bytesOf({ seen, latest }: Entry): number {
  const { bytes, readings } = latest?.sealed ?? { bytes: [], readings: [] }
  return SERIES_BYTES + seen.bytes + bytes.length + readings.length * READING_BYTES
}

/** The latest moves to higher positions only. */
function isNewer({ position }: Reading, { latest }: Entry): boolean {
  return latest === undefined || comparePositions(position, latest.reading.position) > 0
}
