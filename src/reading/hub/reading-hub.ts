import type { Cancel, Clock } from '../../clock.ts'
import { describeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { History } from '../history/history.ts'
import type { Reading } from '../reading.ts'
import { comparePositions, type Position } from '../run.ts'
import { parseSeries, type SeriesParts } from '../series.ts'
import type { Door, SealedReadings } from '../signed/sealed.ts'
import { JournalQueue } from './journal-queue.ts'
import type { HubLimits } from './limits.ts'
import { SeenPositions } from './seen-positions.ts'
import { SeriesTable } from './series-table.ts'

/** The newest reading of a series, and the sealed bytes that prove it. */
export interface Latest {
  readonly reading: Reading
  readonly sealed: SealedReadings
  readonly door: Door
  /** Clock.monotonic() when it came in; for what was found in history, when it would have. */
  readonly receivedAt: number
}

/** A pack or block that brought something new. */
export interface HubEvent {
  readonly sealed: SealedReadings
  /** Its readings that were not held before, of the series asked for. */
  readonly fresh: readonly Reading[]
  readonly door: Door
  /** Readings that a slow subscriber was not told before this one; history has them. */
  readonly skipped?: number
}

/** Two nodes that have one key: the same epoch with two boots, or two outcomes at one position. */
export interface Conflict {
  readonly kind: 'boot' | 'position'
  readonly series: string
  readonly position: Position
}

export interface HubOptions {
  readonly clock: Clock
  readonly log: Log
  readonly history: Pick<History, 'put' | 'held' | 'latest'>
  /** Whether the series of somebody else are kept in history. */
  readonly keepsOf: (author: string) => boolean
  readonly limits: HubLimits
  readonly onConflict?: (conflict: Conflict) => void
}

export interface Interest {
  /** Every series unless given. */
  readonly match?: ((series: SeriesParts) => boolean) | undefined
}

interface Entry {
  readonly parts: SeriesParts
  readonly seen: SeenPositions
  latest: Latest | undefined
}

interface Subscriber {
  readonly match: (series: SeriesParts) => boolean
  readonly take: (event: HubEvent) => void
}

/**
 * The one hand-over point of readings, ours and others': what is verified comes in, each position counts
 * once, the latest of each series is at hand, subscribers are told.
 */
export class ReadingHub {
  readonly #options: HubOptions
  readonly #series: SeriesTable<Entry>
  readonly #subscribers = new Set<Subscriber>()
  /** Our own PeerId, once we have measured. */
  #self: string | undefined
  readonly #counters = { fresh: 0, repeated: 0, conflicts: 0 }

  constructor(options: HubOptions) {
    this.#options = options
    this.#series = new SeriesTable(options.limits.series, (author) => this.#spares(author))
    for (const sealed of options.history.latest()) {
      this.#recall(sealed)
      this.#series.makeRoom(sealed.author)
    }
  }

  /** How many readings were new or repeated, series forgotten, conflicts seen; all only rise. */
  get counters(): Readonly<Record<'fresh' | 'repeated' | 'conflicts' | 'forgotten', number>> {
    return { ...this.#counters, forgotten: this.#series.forgotten }
  }

  /**
   * Takes a pack or block whose seal was verified.
   * @returns its readings that were not held before
   */
  add(sealed: SealedReadings, door: Door): readonly Reading[] {
    const now = this.#options.clock.monotonic()
    const fresh = this.#take(sealed, door, now)
    this.#counters.fresh += fresh.length
    this.#counters.repeated += sealed.readings.length - fresh.length
    if (door === 'own') this.#self = sealed.author
    else if (fresh.length > 0) this.#keep(sealed, fresh)
    if (fresh.length > 0) {
      for (const subscriber of this.#subscribers) this.#tell(subscriber, { sealed, fresh, door })
    }
    this.#series.makeRoom(sealed.author)
    return fresh
  }

  /** The latest of every series that matches. */
  latest(match: (series: SeriesParts) => boolean = () => true): Latest[] {
    const entries = this.#series.all().filter(({ parts }) => match(parts))
    return entries.map(({ latest }) => latest).filter((latest) => latest !== undefined)
  }

  /** The newest position held of a series. */
  position(series: string): Position | undefined {
    return this.#series.get(series)?.latest?.reading.position
  }

  /**
   * Calls `onSealed` with everything new, before add() returns.
   * @throws NodeError 'busy' where there are too many subscribers
   */
  subscribe({ match, onSealed }: Interest & { readonly onSealed: (event: HubEvent) => void }): Cancel {
    if (this.#subscribers.size >= this.#options.limits.subscribers) {
      throw new NodeError('busy', `${this.#subscribers.size} subscribers are all that may be`, {
        remedy: 'retry'
      })
    }
    const subscriber = { match: match ?? (() => true), take: onSealed }
    this.#subscribers.add(subscriber)
    return () => {
      this.#subscribers.delete(subscriber)
    }
  }

  /**
   * Everything new, in a bounded queue, from this call until the signal aborts. It must be iterated, or
   * ended by the signal.
   * @throws NodeError 'busy' where there are too many subscribers
   */
  events({ match, signal }: Interest & { readonly signal: AbortSignal }): AsyncIterable<HubEvent> {
    const queue = new JournalQueue(this.#options.limits.queue)
    let wake = (): void => {}
    const cancel = this.subscribe({
      match,
      onSealed: (event) => {
        queue.push(event)
        wake()
      }
    })
    const end = (): void => {
      cancel()
      wake()
    }
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
    const waiting = (): Promise<void> =>
      new Promise((resolve) => {
        wake = resolve
      })
    return drain(queue, signal, waiting, end)
  }

  /** @returns what is new of it */
  #take(sealed: SealedReadings, door: Door, now: number): Reading[] {
    return sealed.readings.filter((reading) => {
      const entry = this.#entry(reading.series, door)
      if (entry === undefined) return false
      this.#checkTwin(entry, reading)
      if (!entry.seen.add(reading.position)) return false
      advance(entry, { reading, sealed, door, receivedAt: now })
      return true
    })
  }

  /** What history has is the latest until something newer comes; its age is that of its own clock. */
  #recall(sealed: SealedReadings): void {
    const { clock } = this.#options
    for (const reading of sealed.readings) {
      const age = reading.time === null ? Infinity : Math.max(0, clock.now() - reading.time * 1000)
      const entry = this.#entry(reading.series, 'history')
      if (entry !== undefined) {
        advance(entry, { reading, sealed, door: 'history', receivedAt: clock.monotonic() - age })
      }
    }
  }

  #keep(sealed: SealedReadings, fresh: readonly Reading[]): void {
    const { keepsOf, history } = this.#options
    if (!keepsOf(sealed.author)) return
    const kept = new Set(fresh.map(({ series }) => series))
    history.put({ ...sealed, readings: sealed.readings.filter(({ series }) => kept.has(series)) })
  }

  /** Whose series stay: our own, and those that history holds as well. */
  #spares(author: string): boolean {
    return author === this.#self || this.#options.keepsOf(author)
  }

  #tell({ match, take }: Subscriber, { sealed, fresh, door }: HubEvent): void {
    const wanted = fresh.filter(({ series }) => {
      const entry = this.#series.get(series)
      return entry !== undefined && match(entry.parts)
    })
    if (wanted.length === 0) return
    try {
      take({ sealed, fresh: wanted, door })
    } catch (error) {
      this.#options.log.error(`a subscriber failed: ${describeError(error)}`)
    }
  }

  /**
   * What is known of a series; it moves behind all others. A new one begins with what history holds, but for
   * our own: history has our readings before they come here.
   */
  #entry(series: string, door: Door): Entry | undefined {
    const known = this.#series.touch(series)
    if (known !== undefined) return known
    const parts = parseSeries(series)
    if (parts === undefined) return undefined
    const entry: Entry = { parts, seen: new SeenPositions(this.#options.limits), latest: undefined }
    const held = door === 'own' ? [] : this.#options.history.held(series)
    for (const { run, ranges } of held) {
      for (const [from, to] of ranges) entry.seen.addRange(run, from, to)
    }
    this.#series.add(series, entry)
    return entry
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

/** The latest never moves back: not to a lower epoch, nor within a run. */
function advance(entry: Entry, latest: Latest): void {
  const newest = entry.latest?.reading.position
  if (newest === undefined || comparePositions(latest.reading.position, newest) > 0) entry.latest = latest
}

async function* drain(
  queue: JournalQueue,
  signal: AbortSignal,
  waiting: () => Promise<void>,
  end: () => void
): AsyncGenerator<HubEvent> {
  try {
    while (!signal.aborted) {
      const event = queue.shift()
      if (event === undefined) await waiting()
      else yield event
    }
  } finally {
    signal.removeEventListener('abort', end)
    end()
  }
}
