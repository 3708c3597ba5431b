import type { QueryClient } from '../../../protocol/query/index.ts'
import { anchorTime } from '../../../reading/history/anchor-time.ts'
import { newestPosition, type Position, sameRun } from '../../../reading/run.ts'
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

/** What another node has of an author: the author itself, or one that stores its readings. */
export class PeerPast implements PastSource {
  readonly by: GivenBy
  readonly #init: PeerPastInit
  #catalogue: Promise<Catalogue | undefined> | undefined
  #failure: unknown

  constructor(init: PeerPastInit) {
    this.by = init.by
    this.#init = init
  }

  /** Why it could not be asked; undefined while nothing failed. */
  get failure(): unknown {
    return this.#failure
  }

  /** The author's catalogue. It is asked for once: a peer that failed is not tried again. */
  async catalogue(signal: AbortSignal): Promise<Catalogue | undefined> {
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
    const packs = queries.read(peer, this.#protocolsOf(series), this.#question(series), signal)
    const readings = (await packs).flatMap((sealed) => sealed.readings)
    return newestPosition(readings.filter((one) => one.series === series).map(({ position }) => position))
  }

  async *past(series: string, span: Span, signal: AbortSignal): AsyncGenerator<PastEvent, void, void> {
    try {
      yield* this.#events(series, span, await this.catalogue(signal), signal)
    } catch (error) {
      this.#failure ??= error
      throw error
    }
  }

  async *#events(
    series: string,
    span: Span,
    catalogue: Catalogue | undefined,
    signal: AbortSignal
  ): AsyncGenerator<PastEvent, void, void> {
    const { queries, peer, by, since } = this.#init
    const anchors = new Map(catalogue?.runs.map((run) => [run.boot, run]))
    const from = span.from ?? startOf(catalogue?.runs ?? [], since)
    const { before } = span
    const to =
      from !== undefined && before !== undefined && sameRun(from, before) ? before.seq - 1 : undefined
    if (to !== undefined && from !== undefined && to < from.seq) return
    const question = { ...this.#question(series), from, to }
    let next = from
    for await (const event of queries.history(peer, this.#protocolsOf(series), question, signal)) {
      if (event.kind === 'next') continue
      if (event.kind === 'lost') {
        const { run, from, to } = event.lost
        next = { ...run, seq: to + 1 }
        yield { kind: 'hole', span: { from: { ...run, seq: from }, before: next }, lost: true }
        continue
      }
      for (const received of event.sealed.readings) {
        if (received.series !== series) continue
        const { position } = received
        if (next !== undefined && sameRun(next, position) && position.seq > next.seq)
          yield { kind: 'hole', span: { from: next, before: position }, lost: false }
        yield { kind: 'reading', reading: anchorTime(received, anchors.get(position.boot)) }
        next = after(position)
      }
    }
    // The author has nothing later; another may have stored less than there is.
    if (by.from === 'holder') yield { kind: 'hole', span: { from: next, before }, lost: false }
  }

  #question(series: string): { n: string; who?: string } {
    const { author, peer } = this.#init
    return author === peer ? { n: series } : { n: series, who: author }
  }

  #protocolsOf(series: string): readonly string[] {
    return this.#init.protocolsOf(parseSeries(series)?.quantity ?? '')
  }
}

/** The beginning of the run in which `since` lies: nothing before it is asked for. */
function startOf(runs: Catalogue['runs'], since: number | undefined): Position | undefined {
  if (since === undefined) return undefined
  const begun = runs.filter((run) => run.unix - run.mono / 1000 <= since)
  const last = begun.toSorted((a, b) => a.epoch - b.epoch).at(-1)
  return last === undefined ? undefined : { epoch: last.epoch, boot: last.boot, seq: 0 }
}
