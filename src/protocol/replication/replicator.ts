import type { Libp2p, PeerId } from '@libp2p/interface'
import { BoundedMap } from '../../bounded-map.ts'
import { type Cancel, type Clock, every } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { History, RowRange } from '../../reading/history/history.ts'
import { comparePositions, type Position, sameRun } from '../../reading/run.ts'
import { parseSeries } from '../../reading/series.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import { MAX_RECORDS } from '../../reading/signed/senml.ts'
import type { Startable } from '../../startable.ts'
import { AuthorBackoff, type Outcome } from './author-backoff.ts'
import { AuthorTurns, inTurn } from './author-turns.ts'
import type { Backfill, BackfillTask } from './backfill.ts'
import { Beginnings } from './beginnings.ts'
import { endOf, type Gap, gapName, gapsOf, isWithin, type SeriesGap } from './gaps.ts'
import type { ReplicationLimits } from './limits.ts'

export interface ReplicatorInit {
  readonly options: ReplicationLimits
}

export interface ReplicatorComponents {
  readonly clock: Clock
  readonly log: Log
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly network: Pick<Libp2p, 'addEventListener' | 'removeEventListener'>
  readonly history: Pick<History, 'put' | 'held' | 'unsealed' | 'waiting' | 'firstPack' | 'series'>
  /** Whether a series is kept: `store:` of the configuration, its names and purposes resolved. */
  readonly keeps: (series: string) => boolean
  readonly isConnected: (peer: string) => boolean
  readonly backfill: Pick<Backfill, 'ask' | 'refuses' | 'returned'>
}

/** Peers that connected since the last search for gaps. */
const MAX_RETURNED = 4096

/** Authors that are asked for blocks at one time; the queue of backfill bounds how often. */
const LANES = 4
/** Series without a block of which that is remembered. */
const MAX_BLOCKLESS = 4096

/** Stores the readings of others: writes what arrives at once, and asks for what is missing. */
export class Replicator implements Startable {
  readonly name = 'replicator'
  readonly #init: ReplicatorComponents & ReplicatorInit
  readonly #ended = new AbortController()
  readonly #cancels: Cancel[] = []
  /** Names of gaps that their author cannot fill. */
  readonly #unfillable: BoundedMap<string, true>
  /** When gaps were last asked for in vain, by their names: others come before them. */
  readonly #vain: BoundedMap<string, number>
  /** By series, from which position on it is stored in packs instead of blocks. */
  readonly #compacted = new Map<string, Position>()
  /** Series that may have gone on after all that is held, until their author has answered. */
  readonly #open = new Set<string>()
  readonly #backoff: AuthorBackoff
  /** Peers that have connected since the last search for gaps. */
  readonly #returned = new BoundedMap<string, true>(MAX_RETURNED)
  readonly #turns: AuthorTurns
  readonly #beginnings: Beginnings
  /** How many gaps of an author are being asked for; ended when it connects, to be asked itself. */
  readonly #filling = new Map<string, { readonly count: number; readonly over: AbortController }>()
  readonly #work = new Set<Promise<void>>()
  #compacting = false
  /** How many authors are being asked for blocks. */
  #lanes = 0
  /** Until when the author of a series is not asked for a block: it had none. */
  readonly #blockless = new BoundedMap<string, number>(MAX_BLOCKLESS)
  readonly #onConnect = ({ detail }: CustomEvent<PeerId>): void => {
    const peer = detail.toString()
    this.#returned.set(peer, true)
    this.#backoff.forget(peer)
    this.#init.backfill.returned(peer)
    this.#turns.connected(peer)
    this.#beginnings.returned(peer)
    this.#filling.get(peer)?.over.abort(new Error(`${peer} has connected`))
  }

  constructor(components: ReplicatorComponents, init: ReplicatorInit) {
    this.#init = { ...components, ...init }
    this.#unfillable = new BoundedMap(init.options.unfillable)
    this.#vain = new BoundedMap(init.options.unfillable)
    this.#turns = new AuthorTurns(components.clock)
    this.#beginnings = new Beginnings({
      ...{ ...components, lanes: LANES, max: init.options.max },
      ask: (task) => this.#ask(task),
      run: (work) => this.#run(work)
    })
    this.#backoff = new AuthorBackoff(components.clock, components.random, init.options)
  }

  start(): void {
    const { clock, options, network } = this.#init
    network.addEventListener('peer:connect', this.#onConnect)
    for (const series of this.#init.history.series()) this.#beginnings.settle(series)
    for (const series of this.#kept()) this.#open.add(series)
    this.#cancels.push(
      every(clock, options.period, () => {
        this.#attempt(() => this.#fill())
        this.#attempt(() => this.#askForBlocks())
      })
    )
    this.#cancels.push(every(clock, options.compactPeriod, () => this.#compact()))
  }

  async stop(): Promise<void> {
    this.#init.network.removeEventListener('peer:connect', this.#onConnect)
    for (const cancel of this.#cancels.splice(0)) cancel()
    this.#ended.abort(new Error('the replicator has stopped'))
    await Promise.all(this.#work)
  }

  /**
   * Peers have connected. What came while they or this node were away leaves no gap in what is held: it is asked
   * for, from the author, and from others where the author is away.
   */
  #reopen(byAuthor: ReadonlyMap<string, readonly string[]>): void {
    if (this.#returned.size === 0) return
    for (const [author, kept] of byAuthor) {
      if (!this.#returned.has(author) && this.#init.isConnected(author)) continue
      for (const series of kept) this.#open.add(series)
    }
    this.#returned.clear()
  }

  /** Readings of an author have arrived: it is asked sooner again where it did not answer. */
  heard(author: string): void {
    if (this.#backoff.isResting(author) && this.#init.isConnected(author)) this.#backoff.heard(author)
  }

  /** Takes a verified pack or block, whatever carried it. @returns whether it is stored */
  take(sealed: SealedReadings): boolean {
    const kept = sealed.readings.some(({ series }) => this.#init.keeps(series))
    if (kept) this.#init.history.put(sealed)
    return kept
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#note(error)
    }
  }

  /** Work that goes on beside other work, until stop(). */
  #run(work: () => Promise<void>): void {
    const running = work()
      .catch((error: unknown) => this.#note(error))
      .finally(() => this.#work.delete(running))
    this.#work.add(running)
  }

  #note(error: unknown): void {
    if (!this.#ended.signal.aborted) this.#init.log.debug(`replication: ${describeError(error)}`)
  }

  #kept(): string[] {
    return this.#init.history.series().filter(this.#init.keeps)
  }

  /**
   * Asks for what is missing, and of each author on its own: one who is silent delays no other, nor does one of whom
   * much is missing. Authors who have not answered may take half of the places.
   */
  #fill(): void {
    const { gaps } = this.#init.options
    if (this.#places() >= gaps) return
    const byAuthor = Map.groupBy(this.#kept(), authorOf)
    this.#reopen(byAuthor)
    const authors = this.#turns.inOrder(byAuthor.keys()).filter((author) => !this.#isLeft(author))
    const [answering = [], others = []] = [true, false].map((has) =>
      authors.filter((author) => this.#turns.answers(author) === has)
    )
    this.#beginnings.look([...answering, ...others], byAuthor)
    this.#fillOfAll(answering, byAuthor, gaps - this.#places())
    const half = Math.ceil(gaps / 2) - this.#places((author) => !this.#turns.answers(author))
    this.#fillOfAll(others, byAuthor, Math.min(half, gaps - this.#places()))
  }

  /** Gaps that are being asked for. */
  #places(isOf: (author: string) => boolean = () => true): number {
    return [...this.#filling].reduce((sum, [author, { count }]) => sum + (isOf(author) ? count : 0), 0)
  }

  #fillOfAll(
    authors: readonly string[],
    byAuthor: ReadonlyMap<string, readonly string[]>,
    room: number
  ): void {
    const missing: SeriesGap[][] = []
    for (const author of authors) {
      if (missing.length >= room) break
      const own = this.#missing(byAuthor.get(author) ?? [])
      if (own.length > 0) missing.push(own)
    }
    for (const [author, own] of Map.groupBy(inTurn(missing, room), ({ series }) => authorOf(series))) {
      const over = new AbortController()
      this.#filling.set(author, { count: own.length, over })
      this.#turns.asked(author)
      this.#run(() => this.#fillOf(author, own, over.signal).finally(() => this.#filling.delete(author)))
    }
  }

  /** Whether an author is asked at another time. */
  #isLeft(author: string): boolean {
    return this.#filling.has(author) || this.#backoff.isResting(author)
  }

  /**
   * An author that does not answer is asked once, providers for the rest until they have nothing of a gap; then it is not
   * asked until its back-off has passed. That there is nothing after all that is held of a series says nothing of the
   * gaps, but the other series are then not asked for what comes after them.
   */
  async #fillOf(author: string, gaps: readonly SeriesGap[], over: AbortSignal): Promise<void> {
    const sum = { answered: true, hasReadings: false }
    let hasEnded = false
    for (const gap of gaps) {
      if (gap.isEnd && hasEnded) continue
      const { answered, hasReadings } = await this.#fillOne(gap, !sum.answered, over)
      sum.answered &&= answered
      sum.hasReadings ||= hasReadings
      if (answered || hasReadings) continue
      this.#vain.set(gap.name, this.#init.clock.monotonic())
      if (gap.isEnd) hasEnded = true
      else if (!sum.hasReadings) break
    }
    this.#turns.note(author, sum.answered)
    this.#backoff.note(author, { ...sum, refused: this.#init.backfill.refuses(author) })
  }

  /**
   * What may come after all that is held of an author's series, and the gaps, the newest of each series first; by turns,
   * so that an author of many series who is away does not keep its gaps from the places.
   */
  #missing(kept: readonly string[]): SeriesGap[] {
    const ends: SeriesGap[] = []
    const gaps: SeriesGap[] = []
    for (const series of kept) {
      const held = this.#init.history.held(series)
      const end = this.#open.has(series) ? endOf(held) : undefined
      if (end !== undefined) ends.push({ series, name: gapName(series, end), gap: end, isEnd: true })
      for (const gap of [...gapsOf(held), ...this.#init.history.unsealed(series)]) {
        const name = gapName(series, gap)
        if (!this.#unfillable.has(name)) gaps.push({ series, name, gap, isEnd: false })
      }
    }
    return inTurn([this.#vainLast(ends), this.#vainLast(gaps)], ends.length + gaps.length)
  }

  #vainLast(gaps: readonly SeriesGap[]): readonly SeriesGap[] {
    if (this.#vain.size === 0) return gaps
    return gaps
      .map((gap) => ({ gap, at: this.#vain.get(gap.name) ?? 0 }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ gap }) => gap)
  }

  async #fillOne(
    { series, gap, isEnd }: SeriesGap,
    withoutAuthor: boolean,
    over: AbortSignal
  ): Promise<Omit<Outcome, 'refused'>> {
    const { history } = this.#init
    const remaining = (): Gap[] =>
      [...gapsOf(history.held(series)), ...history.unsealed(series)].filter((other) => isWithin(other, gap))
    const end = { ...gap.run, seq: gap.to ?? Number.POSITIVE_INFINITY }
    let hasReadings = false
    let isPassed = false
    /** Whether the answer that is coming has reached the end of the gap: it ascends, what follows is none of it. */
    let isReached = false
    const isFilled = (): boolean => !isEnd && (gap.to === undefined ? isPassed : remaining().length === 0)
    let answered = false
    // An author that connects while it is asked is asked again.
    if (isEnd) this.#open.delete(series)
    try {
      answered = await this.#ask(
        {
          series,
          missing: { from: { ...gap.run, seq: gap.from }, ...defined({ to: gap.to }) },
          noticedAt: this.#init.clock.monotonic(),
          // Backfill's `receive` stores them.
          onReadings: (readings) => {
            hasReadings ||= readings.length > 0
            isReached = readings.some(({ position }) => comparePositions(position, end) >= 0)
            isPassed ||= isReached
          },
          onGone: () => undefined,
          shouldStop: () => !isEnd && isReached,
          isComplete: (byAuthor) => (isEnd ? byAuthor || hasReadings : isFilled()),
          withoutAuthor
        },
        over
      )
    } finally {
      if (isEnd && !answered) this.#open.add(series)
    }
    if (!isEnd && answered) for (const rest of remaining()) this.#unfillable.set(gapName(series, rest), true)
    return { answered, hasReadings }
  }

  /**
   * Asks for the blocks of rows that wait for one. An author that sends none for a series is asked again after the
   * longest wait.
   */
  #askForBlocks(): void {
    if (this.#lanes > 0) return
    const waiting = this.#init.history.waiting().filter(({ series }) => this.#mayHaveBlock(series))
    const rows = waiting.values()
    for (let lane = 0; lane < Math.min(LANES, waiting.length); lane++) {
      this.#lanes += 1
      this.#run(async () => {
        try {
          for (const one of rows) await this.#askForBlock(one)
        } finally {
          this.#lanes -= 1
        }
      })
    }
  }

  #mayHaveBlock(series: string): boolean {
    const author = authorOf(series)
    const { keeps, isConnected, clock } = this.#init
    if (!keeps(series) || !isConnected(author) || this.#backoff.isResting(author)) return false
    return (this.#blockless.get(series) ?? -Infinity) <= clock.monotonic()
  }

  async #askForBlock({ series, run, from, to }: RowRange): Promise<void> {
    const { clock, history, options } = this.#init
    // Full blocks only, where there is one: the author's newest readings are in none.
    const full = MAX_RECORDS * Math.floor((to - from + 1) / MAX_RECORDS)
    const last = full === 0 ? to : from + full - 1
    let isReached = false
    await this.#ask({
      series,
      missing: { from: { ...run, seq: from }, to: last },
      noticedAt: clock.monotonic(),
      // Backfill's `receive` stores them.
      onReadings: (readings) => {
        isReached ||= readings.some(({ position: { seq } }) => seq >= last)
      },
      onGone: () => undefined,
      shouldStop: () => isReached,
      isComplete: () => true,
      authorOnly: true
    })
    const first = history.firstPack(series, { ...run, seq: from })
    const isStill = first !== undefined && sameRun(first, run) && first.seq === from
    if (isStill) this.#blockless.set(series, clock.monotonic() + options.max)
    else this.#blockless.delete(series)
  }

  #compact(): void {
    if (this.#compacting) return
    this.#compacting = true
    this.#run(() =>
      this.#compactAll().finally(() => {
        this.#compacting = false
      })
    )
  }

  async #compactAll(): Promise<void> {
    const kept = new Set(this.#kept())
    for (const series of this.#compacted.keys()) if (!kept.has(series)) this.#compacted.delete(series)
    for (const series of kept) {
      const from = this.#init.history.firstPack(series, this.#compacted.get(series))
      if (from === undefined) continue
      this.#compacted.set(series, from)
      await this.#ask({
        series,
        missing: { from },
        noticedAt: this.#init.clock.monotonic(),
        onReadings: () => undefined,
        onGone: () => undefined,
        shouldStop: () => false,
        isComplete: () => true,
        authorOnly: true
      })
    }
  }

  async #ask(task: BackfillTask, over?: AbortSignal): Promise<boolean> {
    const { signal } = this.#ended
    return await this.#init.backfill.ask(task, over === undefined ? signal : AbortSignal.any([signal, over]))
  }
}

function authorOf(series: string): string {
  return parseSeries(series)?.peer ?? ''
}
