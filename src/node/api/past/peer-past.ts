import { isNodeError } from '../../../error.ts'
import type { HistoryQuestion, QueryClient } from '../../../protocol/query/index.ts'
import { anchorTime } from '../../../reading/history/anchor-time.ts'
import type { Reading } from '../../../reading/reading.ts'
import { comparePositions, newestPosition, type Position, sameRun } from '../../../reading/run.ts'
import { parseSeries } from '../../../reading/series.ts'
import type { Catalogue } from '../../../reading/signed/catalogue.ts'
import { after, type GivenBy, type PastEvent, type PastSource, type Span } from './past-source.ts'

export interface PeerPastInit {
  readonly by: GivenBy
  readonly peer: string
  readonly author: string
  readonly queries: Pick<QueryClient, 'history' | 'read'>
  /** ProtocolNames that carry a quantity, newest version first. */
  readonly protocolsOf: (quantity: string) => readonly string[]
  /** Connects, and gets the catalogue of the author; undefined where a holder has readings alone. */
  readonly open: (signal: AbortSignal) => Promise<Catalogue | undefined>
  /** Unix seconds. */
  readonly since: number | undefined
}

/** Positions of one run that the answering peer says are lost. Only the author knows (docs/protocols.md section 12). */
interface Lost {
  readonly from: Position
  readonly before: Position
}

/**
 * What another node has of an author: the author itself, or one that stores its readings. One that failed is not asked
 * again, nor for a series of which it has nothing: each question may last until its deadline, and holes are many.
 */
export class PeerPast implements PastSource {
  readonly by: GivenBy
  readonly #init: PeerPastInit
  #catalogue: Promise<Catalogue | undefined> | undefined
  #failure: unknown
  /** Its answer for each series of which it has nothing. */
  readonly #without = new Map<string, unknown>()

  constructor(init: PeerPastInit) {
    this.by = init.by
    this.#init = init
  }

  /** Why it could not be asked; undefined while nothing failed. */
  get failure(): unknown {
    return this.#failure ?? this.#without.values().next().value
  }

  /** The author's catalogue. It is asked for once. */
  async catalogue(signal: AbortSignal): Promise<Catalogue | undefined> {
    if (this.#failure !== undefined) throw this.#failure
    this.#catalogue ??= this.#init.open(signal)
    try {
      return await this.#catalogue
    } catch (error) {
      this.#failure ??= error
      throw error
    }
  }

  /** The newest position of a series; undefined where there is none. */
  async newest(series: string, signal: AbortSignal): Promise<Position | undefined> {
    await this.catalogue(signal)
    const { queries, peer } = this.#init
    try {
      const packs = await queries.read(peer, this.#protocolsOf(series), this.#question(series), signal)
      const readings = packs.flatMap((sealed) => sealed.readings)
      return newestPosition(readings.filter((one) => one.series === series).map(({ position }) => position))
    } catch (error) {
      // Its history may have what it does not have among the latest.
      if (hasNothing(error)) return undefined
      this.#failure ??= error
      throw error
    }
  }

  async *past(series: string, span: Span, signal: AbortSignal): AsyncGenerator<PastEvent, void, void> {
    const catalogue = await this.catalogue(signal)
    if (this.#without.has(series)) throw this.#without.get(series)
    try {
      yield* this.#events(series, span, catalogue, signal)
    } catch (error) {
      if (hasNothing(error)) this.#without.set(series, error)
      else this.#failure ??= error
      throw error
    }
  }

  async *#events(
    series: string,
    span: Span,
    catalogue: Catalogue | undefined,
    signal: AbortSignal
  ): AsyncGenerator<PastEvent, void, void> {
    const { by, since } = this.#init
    const anchors = new Map(catalogue?.runs.map((run) => [run.boot, run]))
    const from = span.from ?? startOf(catalogue?.runs ?? [], since)
    const { before } = span
    const to =
      from !== undefined && before !== undefined && sameRun(from, before) ? before.seq - 1 : undefined
    if (to !== undefined && from !== undefined && to < from.seq) return
    const question = { ...this.#question(series), from, to }
    let next = from
    let lost: Lost | undefined
    let hasHole = false
    const isAuthor = by.from === 'author'
    for await (const event of this.#items(series, question, signal)) {
      const start = 'from' in event ? event.from : event.position
      if (!('from' in event) && before !== undefined && comparePositions(start, before) >= 0) break
      // What the author sends next says where the lost range ends at the latest.
      const gone = partOf(lost, next, start)
      lost = undefined
      if (gone !== undefined) {
        yield { kind: 'hole', span: gone, lost: true }
        next = gone.before
      }
      if ('from' in event) {
        if (isAuthor) lost = event
        else hasHole = true
        continue
      }
      const isSkipped = next !== undefined && sameRun(next, start) && start.seq > next.seq
      if (isSkipped || hasHole) yield { kind: 'hole', span: { from: next, before: start }, lost: false }
      hasHole = false
      yield { kind: 'reading', reading: anchorTime(event, anchors.get(start.boot)) }
      next = after(start)
    }
    const gone = partOf(lost, next, before)
    if (gone !== undefined) yield { kind: 'hole', span: gone, lost: true }
    // The author has nothing later; another may have stored less than there is.
    if (!isAuthor) yield { kind: 'hole', span: { from: next, before }, lost: false }
  }

  async *#items(
    series: string,
    question: HistoryQuestion,
    signal: AbortSignal
  ): AsyncGenerator<Reading | Lost, void, void> {
    const { queries, peer } = this.#init
    for await (const event of queries.history(peer, this.#protocolsOf(series), question, signal)) {
      if (event.kind === 'sealed') yield* event.sealed.readings.filter((one) => one.series === series)
      if (event.kind !== 'lost') continue
      const { run, from, to } = event.lost
      yield { from: { ...run, seq: from }, before: { ...run, seq: to + 1 } }
    }
  }

  #question(series: string): { n: string; who?: string } {
    const { author, peer } = this.#init
    return author === peer ? { n: series } : { n: series, who: author }
  }

  #protocolsOf(series: string): readonly string[] {
    return this.#init.protocolsOf(parseSeries(series)?.quantity ?? '')
  }
}

/** Whether a peer answers that it has nothing of a series, which says nothing of others. */
function hasNothing(error: unknown): boolean {
  return isNodeError(error, 'no-such') || isNodeError(error, 'no-data')
}

/** The part of a lost range from `next` on and before `end`. */
function partOf(
  lost: Lost | undefined,
  next: Position | undefined,
  end: Position | undefined
): Lost | undefined {
  if (lost === undefined) return undefined
  const from = next !== undefined && comparePositions(next, lost.from) > 0 ? next : lost.from
  const before = end !== undefined && comparePositions(end, lost.before) < 0 ? end : lost.before
  return comparePositions(from, before) < 0 ? { from, before } : undefined
}

/** The beginning of the run in which `since` lies: nothing before it is asked for. */
function startOf(runs: Catalogue['runs'], since: number | undefined): Position | undefined {
  if (since === undefined) return undefined
  const begun = runs.filter((run) => run.unix - run.mono / 1000 <= since)
  const last = begun.toSorted((a, b) => a.epoch - b.epoch).at(-1)
  return last === undefined ? undefined : { epoch: last.epoch, boot: last.boot, seq: 0 }
}
