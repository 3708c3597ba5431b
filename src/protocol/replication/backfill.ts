import { BoundedMap } from '../../bounded-map.ts'
import { type Clock, withDeadline } from '../../clock.ts'
import { defined } from '../../defined.ts'
import { describeError, isNodeError, NodeError } from '../../error.ts'
import type { Log } from '../../log.ts'
import type { Reading } from '../../reading/reading.ts'
import { comparePositions, newestPosition, type Position, type Run, sameRun } from '../../reading/run.ts'
import { parseSeries } from '../../reading/series.ts'
import type { SealedReadings } from '../../reading/signed/sealed.ts'
import { AnswerTime } from './answer-time.ts'
import type { BackfillQueue } from './backfill-queue.ts'
import { BEGINNING, MAX_UNABLE, NOTHING_HELD, PATIENCE, REFUSED, SILENT, UNABLE } from './constants.ts'
import type { ProviderTable } from './provider-table.ts'
import type { Missing } from './reorder-buffer.ts'

/** One item of a peer's history: sealed bytes that were verified, or a range that is lost. */
export type HistoryItem =
  | { readonly sealed: SealedReadings; readonly lost?: undefined }
  | { readonly lost: { readonly run: Run; readonly from: number; readonly to: number } }

export interface HistoryQuestion {
  readonly series: string
  /** From here on, ascending; from the oldest held unless given. */
  readonly from?: Position
  /** The last seq asked for, of the run of `from`. */
  readonly to?: number
}

/** Fetches history from a peer, up to its end. Throws where the peer cannot be asked or answers with an error. */
export interface HistoryFetcher {
  history(peer: string, question: HistoryQuestion, signal: AbortSignal): AsyncIterable<HistoryItem>
}

export interface BackfillInit {
  readonly clock: Clock
  readonly log: Log
  readonly queue: BackfillQueue
  readonly source: HistoryFetcher
  readonly providers: ProviderTable
  /** Connected peers, which may hold anything: asked after the known providers of an author. */
  readonly others: () => readonly string[]
  /** The maximum number of peers asked besides the author. */
  readonly max: number
  /** Milliseconds of silence after which an answer counts as ended. */
  readonly silence: number
  /** Milliseconds after which an answer is given up that brings nothing missing. */
  readonly fruitless: number
  /** Takes verified packs and blocks, for the hub of this node. */
  readonly receive: (sealed: SealedReadings) => void
}

export interface BackfillTask {
  readonly series: string
  readonly missing: Missing
  /** Clock.monotonic() when it was noticed. */
  readonly noticedAt: number
  /** Takes readings of the series, ascending within an answer; what its author leaves out is lost. */
  readonly onReadings: (readings: readonly Reading[], byAuthor: boolean) => void
  /** The author reports that nothing before this position will come. */
  readonly onGone: (before: Position) => void
  /** Whether the rest of an answer is not needed. */
  readonly shouldStop: () => boolean
  /** Nobody else is asked where the author does not answer. */
  readonly authorOnly?: boolean
  /** Only others are asked: the author was, and did not answer. */
  readonly withoutAuthor?: boolean
  /** Whether the search may end, after the author or another peer was asked. */
  readonly isComplete: (byAuthor: boolean) => boolean
}

/** One question to one peer. */
interface Asking {
  readonly peer: string
  readonly author: string
  readonly task: BackfillTask
  readonly signal: AbortSignal
  readonly leave: () => void
}

/**
 * Fetches missing readings: from their author first, then from providers. Every item is verified by its seal. Who does not
 * begin to answer keeps no place from others.
 */
export class Backfill {
  readonly #init: BackfillInit
  /** Peers that do not speak the protocol, until when they are not asked. */
  readonly #refusing = new BoundedMap<string, number>(MAX_UNABLE)
  /** Peers that did not answer, until when they are not asked for the readings of others. */
  readonly #silent = new BoundedMap<string, number>(MAX_UNABLE)

  constructor(init: BackfillInit) {
    this.#init = init
  }

  /** @returns whether the author answered. @throws NodeError 'backfill-busy'; the signal's reason */
  async ask(task: BackfillTask, signal: AbortSignal): Promise<boolean> {
    const author = parseSeries(task.series)?.peer
    if (author === undefined) throw new NodeError('series-name', `${task.series} is not a series name`)
    const asksAuthor = task.withoutAuthor !== true && !this.refuses(author)
    const asksOthers = task.authorOnly !== true && this.#providersOf(author).length > 0
    if (!asksAuthor && !asksOthers) return false
    const leave = await this.#init.queue.turn(task.noticedAt, signal)
    try {
      const asking = { author, task, signal, leave }
      const answered = asksAuthor && (await this.#askPeer({ ...asking, peer: author }))
      if (task.authorOnly === true || (answered && task.isComplete(true))) return answered
      for (const provider of this.#providersOf(author)) {
        await this.#askPeer({ ...asking, peer: provider })
        if (task.isComplete(false)) break
      }
      return answered
    } finally {
      leave()
    }
  }

  /** Whether a peer has said that it does not speak the protocol: it is not asked. */
  refuses(peer: string): boolean {
    return (this.#refusing.get(peer) ?? 0) > this.#init.clock.monotonic()
  }

  /** A peer has connected: it may speak the protocol by now. */
  returned(peer: string): void {
    this.#refusing.delete(peer)
    this.#silent.delete(peer)
  }

  #providersOf(author: string): string[] {
    const { providers, others, max, clock } = this.#init
    const now = clock.monotonic()
    const peers = new Set([...providers.of(author), ...others()])
    peers.delete(author)
    return [...peers]
      .filter((peer) => !this.refuses(peer) && (this.#silent.get(peer) ?? 0) <= now)
      .slice(0, max)
  }

  /** @returns whether the answer was complete */
  async #askPeer(asking: Asking): Promise<boolean> {
    const { peer, author, task, signal } = asking
    try {
      const hasAny = await this.#receive(asking)
      this.#silent.delete(peer)
      if (!hasAny) this.#init.providers.forget(author, peer)
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (peer === author && NOTHING_HELD.some((code) => isNodeError(error, code))) return true
      this.#noteUnable(peer, error)
      this.#init.log.debug(`history of ${task.series} from ${peer}: ${describeError(error)}`)
      return false
    }
  }

  /** A refusal of one question says nothing of the next. */
  #noteUnable(peer: string, error: unknown): void {
    const now = this.#init.clock.monotonic()
    if (error instanceof Error && error.name === 'UnsupportedProtocolError')
      this.#refusing.set(peer, now + REFUSED)
    if (UNABLE.some((code) => isNodeError(error, code))) this.#silent.set(peer, now + SILENT)
  }

  /** @returns whether the answer had any item */
  async #receive(asking: Asking): Promise<boolean> {
    const { peer, task, signal, leave } = asking
    const { source, clock, silence, fruitless } = this.#init
    const time = new AnswerTime(clock, fruitless)
    const over = new AbortController()
    const answer = source.history(peer, questionOf(task), AbortSignal.any([signal, over.signal]))
    const items = answer[Symbol.asyncIterator]()
    let last: Position | undefined
    const giveWay = clock.after(PATIENCE, leave)
    try {
      for (;;) {
        const wait = Math.min(silence, time.left)
        const item = await withDeadline(clock, wait, `history of ${peer}`, () => items.next(), signal)
        giveWay()
        if (item.done === true) return last !== undefined
        last = this.#take(item.value, asking, time, last)
        if (task.shouldStop()) return true
      }
    } finally {
      giveWay()
      over.abort()
    }
  }

  /**
   * @returns the last position of the item
   * @throws NodeError 'history-order' unless it ascends, and where another than the author says what is lost
   */
  #take(
    item: HistoryItem,
    { peer, author, task }: Asking,
    time: AnswerTime,
    last: Position | undefined
  ): Position {
    const byAuthor = peer === author
    if (item.lost !== undefined) {
      const { run, to } = item.lost
      if (!byAuthor) throw new NodeError('history-order', `${peer} says what is lost of ${author}`)
      checkOrder(peer, last, { ...run, seq: to })
      task.onGone({ ...run, seq: to + 1 })
      return { ...run, seq: to }
    }
    const readings = item.sealed.readings.filter(({ series }) => series === task.series)
    const newest = newestPosition(readings.map(({ position }) => position))
    checkOrder(peer, last, newest)
    const isNew = ({ position }: Reading): boolean =>
      (last === undefined || comparePositions(position, last) > 0) && isMissing(position, task.missing)
    time.brought(readings.filter(isNew).length)
    this.#init.providers.note(author, peer)
    this.#init.receive(item.sealed)
    task.onReadings(readings, byAuthor)
    return newest ?? BEGINNING
  }
}

function questionOf({ series, missing }: BackfillTask): HistoryQuestion {
  const from = missing.from.epoch === BEGINNING.epoch ? {} : { from: missing.from }
  return { series, ...from, ...defined({ to: missing.to }) }
}

function isMissing(position: Position, { from, to }: Missing): boolean {
  if (comparePositions(position, from) < 0) return false
  return to === undefined || (sameRun(position, from) && position.seq <= to)
}

/** Each item must go further than the one before, else an answer might never end. */
function checkOrder(peer: string, last: Position | undefined, next: Position | undefined): void {
  if (next !== undefined && (last === undefined || comparePositions(next, last) > 0)) return
  throw new NodeError('history-order', `the history of ${peer} does not ascend`)
}
