import { type Clock, withDeadline } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Reading } from '../../reading/reading.ts'
import { comparePositions, type Position, type Run } from '../../reading/run.ts'
import { parseSeries } from '../../reading/series.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import type { BackfillQueue } from './backfill-queue.ts'
import type { ProviderTable } from './provider-table.ts'
import { BEGINNING, type Missing } from './reorder-buffer.ts'

/** What a peer tells of its history: sealed bytes that were verified, or a range that is gone. */
export type HistoryTold =
  | { readonly sealed: SealedReadings; readonly lost?: undefined }
  | { readonly lost: { readonly run: Run; readonly from: number; readonly to: number } }

export interface HistoryQuestion {
  readonly series: string
  /** From here on, ascending; from the oldest held unless given. */
  readonly from?: Position
  /** The last seq asked for, of the run of `from`. */
  readonly to?: number
}

/** Asks a peer for history; ends when everything was told. Throws where it cannot be asked or refuses. */
export interface HistoryFetcher {
  history(peer: string, question: HistoryQuestion, signal: AbortSignal): AsyncIterable<HistoryTold>
}

export interface BackfillInit {
  readonly clock: Clock
  readonly log: Log
  readonly queue: BackfillQueue
  readonly source: HistoryFetcher
  readonly providers: ProviderTable
  /** Peers near us that may hold anything: asked after those who are known to hold this author's. */
  readonly others: () => readonly string[]
  /** Peers asked besides the author, at most. */
  readonly max: number
  /** Milliseconds of silence after which an answer counts as ended. */
  readonly silence: number
  /** Takes in what was told, for the journal of this node. */
  readonly receive: (sealed: SealedReadings) => void
}

export interface BackfillTask {
  readonly series: string
  readonly missing: Missing
  /** Clock.monotonic() when it was noticed. */
  readonly noticed: number
  /** Readings of the series, ascending within an answer; what its author leaves out is gone. */
  readonly told: (readings: readonly Reading[], byAuthor: boolean) => void
  /** The author says that nothing before this position will come. */
  readonly gone: (before: Position) => void
  /** Whether the rest of an answer is of no use. */
  readonly enough: () => boolean
  /** Nobody else is asked where the author does not answer. */
  readonly authorOnly?: boolean
  /** Only others are asked: the author was, and did not answer. */
  readonly withoutAuthor?: boolean
  /** Whether nobody else need be asked, now that the author, or somebody else, was. */
  readonly done: (byAuthor: boolean) => boolean
}

/** The author's words for having nothing: an answer as good as an empty one (wire.md, Asking, errors). */
const NOTHING = ['no-such', 'no-data', 'gone']

/** Asks for what is missing: its author first, then whoever holds it. The seal makes lies worthless. */
export class Backfill {
  readonly #init: BackfillInit

  constructor(init: BackfillInit) {
    this.#init = init
  }

  /** @returns whether the author answered. @throws NodeError 'repair-busy'; the signal's reason */
  async ask(task: BackfillTask, signal: AbortSignal): Promise<boolean> {
    const author = parseSeries(task.series)?.peer
    if (author === undefined) throw new NodeError('series-name', `${task.series} is no series name`)
    const leave = await this.#init.queue.turn(task.noticed, signal)
    try {
      const answered = task.withoutAuthor !== true && (await this.#askPeer(author, author, task, signal))
      if (task.authorOnly === true || (answered && task.done(true))) return answered
      for (const holder of this.#holdersOf(author)) {
        await this.#askPeer(holder, author, task, signal)
        if (task.done(false)) break
      }
      return answered
    } finally {
      leave()
    }
  }

  #holdersOf(author: string): string[] {
    const { providers, others, max } = this.#init
    const peers = new Set([...providers.of(author), ...others()])
    peers.delete(author)
    return [...peers].slice(0, max)
  }

  /** @returns whether the answer came to its end */
  async #askPeer(peer: string, author: string, task: BackfillTask, signal: AbortSignal): Promise<boolean> {
    try {
      const told = await this.#hear(peer, author, task, signal)
      if (!told) this.#init.providers.forget(author, peer)
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (peer === author && NOTHING.some((code) => isNodeError(error, code))) return true
      this.#init.log.debug(`history of ${task.series} from ${peer}: ${describeError(error)}`)
      return false
    }
  }

  /** @returns whether anything was told */
  async #hear(peer: string, author: string, task: BackfillTask, signal: AbortSignal): Promise<boolean> {
    const { source, clock, silence } = this.#init
    const over = new AbortController()
    const answer = source.history(peer, questionOf(task), AbortSignal.any([signal, over.signal]))
    const items = answer[Symbol.asyncIterator]()
    let last: Position | undefined
    try {
      for (;;) {
        const item = await withDeadline(clock, silence, `history of ${peer}`, () => items.next(), signal)
        if (item.done === true) return last !== undefined
        last = this.#take(item.value, peer, author, task, last)
        if (task.enough()) return true
      }
    } finally {
      over.abort()
    }
  }

  /** @returns the last position told. @throws NodeError 'history-order' for an answer that does not go on */
  #take(
    item: HistoryTold,
    peer: string,
    author: string,
    task: BackfillTask,
    last: Position | undefined
  ): Position {
    const byAuthor = peer === author
    if (item.lost !== undefined) {
      const { run, to } = item.lost
      checkOrder(peer, last, { ...run, seq: to })
      if (byAuthor) task.gone({ ...run, seq: to + 1 })
      return { ...run, seq: to }
    }
    const readings = item.sealed.readings.filter(({ series }) => series === task.series)
    const newest = readings
      .map(({ position }) => position)
      .toSorted(comparePositions)
      .at(-1)
    checkOrder(peer, last, newest)
    this.#init.providers.note(author, peer)
    this.#init.receive(item.sealed)
    task.told(readings, byAuthor)
    return newest ?? BEGINNING
  }
}

function questionOf({ series, missing }: BackfillTask): HistoryQuestion {
  const from = missing.from.epoch === BEGINNING.epoch ? {} : { from: missing.from }
  return { series, ...from, ...defined({ to: missing.to }) }
}

/** Each item must go further than the one before, or an answer would never end. */
function checkOrder(peer: string, last: Position | undefined, next: Position | undefined): void {
  if (next !== undefined && (last === undefined || comparePositions(next, last) > 0)) return
  throw new NodeError('history-order', `the history told by ${peer} does not go on`)
}
