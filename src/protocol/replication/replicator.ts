import { type Cancel, type Clock, every } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { describeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { HeldRun, History } from '../../reading/history/history.ts'
import { comparePositions, type Position, sameRun } from '../../reading/run.ts'
import { parseSeries } from '../../reading/series.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { Backfill, BackfillTask } from './backfill.ts'
import { type Gap, gapName, gapsOf } from './gaps.ts'
import type { ReplicationLimits } from './limits.ts'

export interface ReplicatorInit {
  readonly clock: Clock
  readonly log: Log
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly options: ReplicationLimits
  readonly history: Pick<History, 'put' | 'held' | 'firstPack' | 'series'>
  /** Whether a series is kept: `store:` of the configuration, its names and purposes resolved. */
  readonly keeps: (series: string) => boolean
  readonly isConnected: (peer: string) => boolean
  readonly backfill: Pick<Backfill, 'ask'>
}

/** What is not held of a series, or may have come after all that is. */
interface SeriesGap {
  readonly series: string
  readonly gap: Gap
  readonly isEnd: boolean
}

interface Outcome {
  /** Whether the author told all that was asked for. */
  readonly answered: boolean
  /** Whether anybody told anything. */
  readonly isTold: boolean
}

/** Keeps the readings of others: what comes is written down at once, what is missing is asked for. */
export class Replicator {
  readonly #init: ReplicatorInit
  readonly #ended = new AbortController()
  readonly #cancels: Cancel[] = []
  /** Names of holes that their author told to be empty for good. */
  readonly #gone = new Set<string>()
  /** By series, from where on it lies here in packs instead of blocks. */
  readonly #compacted = new Map<string, Position>()
  /** Series that may have gone on after all that is held, until their author has told everything. */
  readonly #open = new Set<string>()
  /** Authors who did not answer, and until when they are left in peace. */
  readonly #resting = new Map<string, { readonly delay: number; readonly until: number }>()
  #busy: Promise<void> = Promise.resolve()

  constructor(init: ReplicatorInit) {
    this.#init = init
  }

  start(): void {
    const { clock, options } = this.#init
    for (const series of this.#kept()) this.#open.add(series)
    this.#cancels.push(
      every(
        clock,
        options.period,
        this.#lookout(() => this.#fill())
      )
    )
    this.#cancels.push(
      every(
        clock,
        options.compactPeriod,
        this.#lookout(() => this.#compact())
      )
    )
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels.splice(0)) cancel()
    this.#ended.abort(new Error('no longer kept'))
    await this.#busy
  }

  /**
   * A peer is back. What came while it or we were away leaves no hole in what is held: it is asked for, of the
   * author, and of others where the author is away.
   */
  returned(peer: string): void {
    this.#queue(async () => {
      for (const series of this.#kept()) {
        const author = authorOf(series)
        if (author !== peer && this.#init.isConnected(author)) continue
        this.#open.add(series)
        this.#resting.delete(author)
      }
    })
  }

  /** Takes a verified pack or block by any door. @returns whether it is kept */
  take(sealed: SealedReadings): boolean {
    const kept = sealed.readings.some(({ series }) => this.#init.keeps(series))
    if (kept) this.#init.history.put(sealed)
    return kept
  }

  /** A look now and then; none is added while the last one waits for its turn or asks. */
  #lookout(look: () => Promise<void>): () => void {
    let underway = false
    return () => {
      if (underway) return
      underway = true
      this.#queue(() =>
        look().finally(() => {
          underway = false
        })
      )
    }
  }

  /** One after the other: a look that comes while the last is still asking finds it in the queue. */
  #queue(work: () => Promise<void>): void {
    this.#busy = this.#busy.then(work).catch((error: unknown) => {
      if (!this.#ended.signal.aborted) this.#init.log.debug(`keeping: ${describeError(error)}`)
    })
  }

  #kept(): string[] {
    return this.#init.history.series().filter(this.#init.keeps)
  }

  /**
   * Asks for what is missing, the newest first. An author who does not answer is asked once a look, others for
   * everything of his; then he is left in peace for a while.
   */
  async #fill(): Promise<void> {
    const { options } = this.#init
    const asked = new Map<string, Outcome>()
    const gaps = [...this.#ends(), ...this.#holes()].filter(
      ({ series }) => !this.#isResting(authorOf(series))
    )
    for (const gap of gaps.slice(0, options.holes)) {
      const author = authorOf(gap.series)
      const before = asked.get(author) ?? { answered: true, isTold: false }
      const { answered, isTold } = await this.#fillOne(gap, !before.answered)
      asked.set(author, { answered: before.answered && answered, isTold: before.isTold || isTold })
    }
    for (const [author, outcome] of asked) this.#note(author, outcome)
  }

  #holes(): SeriesGap[] {
    return this.#kept()
      .flatMap((series) => gapsOf(this.#init.history.held(series)).map((gap) => ({ series, gap })))
      .filter(({ series, gap }) => !this.#gone.has(gapName(series, gap)))
      .map((gap) => ({ ...gap, isEnd: false }))
  }

  /** What may come after all that is held. */
  #ends(): SeriesGap[] {
    return [...this.#open].flatMap((series) => {
      const gap = endOf(this.#init.history.held(series))
      return gap === undefined ? [] : [{ series, gap, isEnd: true }]
    })
  }

  async #fillOne({ series, gap, isEnd }: SeriesGap, withoutAuthor: boolean): Promise<Outcome> {
    const remaining = (): Gap[] =>
      gapsOf(this.#init.history.held(series)).filter((other) => isWithin(other, gap))
    let isTold = false
    let isPassed = false
    const isFilled = (): boolean => !isEnd && (gap.to === undefined ? isPassed : remaining().length === 0)
    // What comes back while it is asked is a reason to ask again.
    if (isEnd) this.#open.delete(series)
    const answered = await this.#ask({
      series,
      missing: { from: { ...gap.run, seq: gap.from }, ...defined({ to: gap.to }) },
      noticed: this.#init.clock.monotonic(),
      // Repair's `receive` writes down what is told.
      told: (readings) => {
        isTold ||= readings.length > 0
        isPassed ||= readings.some(({ position }) => !sameRun(position, gap.run))
      },
      gone: () => undefined,
      enough: isFilled,
      done: (byAuthor) => (isEnd ? byAuthor || isTold : isFilled()),
      withoutAuthor
    })
    if (isEnd && !answered) this.#open.add(series)
    if (!isEnd && answered) for (const rest of remaining()) this.#remember(gapName(series, rest))
    return { answered, isTold }
  }

  #isResting(author: string): boolean {
    return (this.#resting.get(author)?.until ?? 0) > this.#init.clock.monotonic()
  }

  /** Backs off from an author who did not answer; no further while others tell what is missing. */
  #note(author: string, { answered, isTold }: Outcome): void {
    const { options, clock, random } = this.#init
    const last = this.#resting.get(author)?.delay ?? 0
    this.#resting.delete(author)
    if (answered) return
    const delay = isTold ? options.min : Math.min(options.max, Math.max(options.min, 2 * last))
    this.#resting.set(author, { delay, until: clock.monotonic() + delay * (1 + random() / 2) })
  }

  #remember(name: string): void {
    this.#gone.add(name)
    const oldest = this.#gone.values().next().value
    if (this.#gone.size > this.#init.options.gone && oldest !== undefined) this.#gone.delete(oldest)
  }

  async #compact(): Promise<void> {
    const kept = new Set(this.#kept())
    for (const series of this.#compacted.keys()) if (!kept.has(series)) this.#compacted.delete(series)
    for (const series of kept) {
      const from = this.#init.history.firstPack(series, this.#compacted.get(series))
      if (from === undefined) continue
      this.#compacted.set(series, from)
      await this.#ask({
        series,
        missing: { from },
        noticed: this.#init.clock.monotonic(),
        told: () => undefined,
        gone: () => undefined,
        enough: () => false,
        done: () => true,
        authorOnly: true
      })
    }
  }

  async #ask(task: BackfillTask): Promise<boolean> {
    return await this.#init.backfill.ask(task, this.#ended.signal)
  }
}

function isWithin(gap: Gap, { run, from, to = Number.POSITIVE_INFINITY }: Gap): boolean {
  return sameRun(gap.run, run) && gap.from >= from && (gap.to ?? Number.POSITIVE_INFINITY) <= to
}

/** What comes after the newest that is held. */
function endOf(held: readonly HeldRun[]): Gap | undefined {
  const ends = held.map(({ run, ranges }) => ({ ...run, seq: (ranges.at(-1)?.[1] ?? -1) + 1 }))
  const newest = ends.toSorted(comparePositions).at(-1)
  return newest && { run: newest, from: newest.seq }
}

function authorOf(series: string): string {
  return parseSeries(series)?.peer ?? ''
}
