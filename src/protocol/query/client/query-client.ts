import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '../../../clock.ts'
import { defined } from '../../../defined.ts'
import { isNodeError } from '../../../error.ts'
import { itemsWithin, timeToSpend } from '../../../limited.ts'
import { parseSeries, partsOfSeries } from '../../../reading/series.ts'
import type { Catalogue } from '../../../reading/signed/catalogue.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import type { Startable } from '../../../startable.ts'
import { WarmPool } from '../../warm-pool.ts'
import type { QueryAnswer, QueryRequest } from '../codec/frame.ts'
import { selectedSeries } from '../codec/selector.ts'
import { LIMITED_EVERY, MAX_LOST_PAGES } from '../constants.ts'
import type { QueryLimits } from '../limits.ts'
import { checkedCatalogue, type Question, readingsCheck } from './answer-check.ts'
import type { AnswerVerifier } from './answer-verifier.ts'
import { exchange } from './exchange.ts'
import { type HistoryEvent, HistoryPage, type HistoryQuestion } from './history-client.ts'
import { type ObserveEvent, Observing } from './observe-client.ts'
import { misbehaving, QueryLink } from './query-link.ts'
import { type TimeOffset, timeOffset } from './time-client.ts'

/** Opens a stream on the first of the protocols that both sides speak; they are given newest first. */
export type OpenStream = (
  peer: string,
  protocols: readonly string[],
  signal: AbortSignal
) => Promise<OpenedStream>

export interface OpenedStream {
  readonly stream: Stream
  /** What its connection may carry; undefined where it has no limit. */
  readonly connection?: Pick<Connection, 'limits'>
}

export interface QueryClientComponents {
  readonly clock: Clock
  readonly verifier: AnswerVerifier
  readonly openStream: OpenStream
}

export interface QueryClientInit {
  readonly limits: QueryLimits
}

export interface ObserveQuestion extends Question {
  /** Seconds between packs, at least. */
  readonly every?: number
  /** Packs sent ahead of what was taken, 1 to 64. */
  readonly credit: number
}

/**
 * Asks other nodes over streams. Protocols are given newest first; the newest that both speak is used.
 * Nothing is returned unverified. Every method throws NodeError: after 'deadline' and 'link-broken' a retry
 * may succeed; with 'misbehaving' the peer was cut off; codes of the closed list are the peer's errors.
 */
export class QueryClient implements Startable {
  readonly name = 'query-client'
  readonly #init: QueryClientComponents & QueryClientInit
  readonly #pool: WarmPool<QueryLink>

  constructor(components: QueryClientComponents, init: QueryClientInit) {
    const { clock, openStream } = components
    const { limits } = init
    this.#init = { ...components, ...init }
    this.#pool = new WarmPool({
      clock,
      capacity: limits.links,
      deadline: limits.deadline,
      kind: 'stream',
      open: async (peer, protocols, signal, onEnd) => {
        const opened = await openStream(peer, protocols, signal)
        return new QueryLink({ ...opened, peer, clock, limits, onClose: onEnd })
      }
    })
  }

  /** The latest pack of each series that matches. */
  read(
    peer: string,
    protocols: readonly string[],
    question: Question,
    signal: AbortSignal
  ): Promise<SealedReadings[]> {
    return this.#use(peer, protocols, signal, async (link) => {
      const found: SealedReadings[] = []
      const verify = readingsCheck(this.#init.verifier, link, question)
      await this.#exchange(link, { op: 'read', ...question }, signal, (answer) => {
        found.push(...verify(answer))
        if (found.length > this.#init.limits.packs) throw new Error('it sends too many packs')
      })
      return found
    })
  }

  /** The catalogue of a peer, or the one it holds of another. */
  async describe(
    peer: string,
    protocols: readonly string[],
    question: Pick<Question, 'who'>,
    signal: AbortSignal
  ): Promise<Catalogue> {
    return await this.#use(peer, protocols, signal, async (link) => {
      let found: Catalogue | undefined
      await this.#exchange(link, { op: 'describe', ...question }, signal, (answer) => {
        found = checkedCatalogue(this.#init.verifier, answer, question.who ?? peer)
      })
      if (found === undefined) throw misbehaving(peer, new Error('it ends without a catalogue'))
      return found
    })
  }

  /**
   * First the latest of each series, then what is new, until the signal aborts or the link is down. Over a relay packs
   * come less often, and another circuit is observed over before the first one ends: it begins with the latest again.
   */
  async *observe(
    peer: string,
    protocols: readonly string[],
    question: ObserveQuestion,
    signal: AbortSignal
  ): AsyncGenerator<ObserveEvent, void, void> {
    let now = await this.#begin(peer, protocols, question, signal)
    let mayMove = true
    try {
      for (let event = now.first; ; event = await now.observing.next()) {
        yield event
        if (event.kind === 'link-down') return
        if (!now.link.isSpent || !mayMove) continue
        const next = await this.#begin(peer, protocols, question, signal).catch(() => undefined)
        mayMove = next !== undefined
        if (next === undefined) continue
        now.observing.end()
        now = next
        yield next.first
      }
    } finally {
      now.observing.end()
    }
  }

  #begin(
    peer: string,
    protocols: readonly string[],
    { credit, ...question }: ObserveQuestion,
    signal: AbortSignal
  ): Promise<Begun> {
    const { clock, verifier } = this.#init
    return this.#use(peer, protocols, signal, async (link) => {
      const verify = readingsCheck(verifier, link, question)
      const { limits } = link.connection
      const request =
        limits === undefined ? question : { ...question, every: Math.max(question.every ?? 0, LIMITED_EVERY) }
      const wakeAfter = timeToSpend({ limits })
      const init = { link, request, clock, credit, verify, signal, ...defined({ wakeAfter }) }
      return { link, ...(await begun(new Observing(init))) }
    })
  }

  /** What is held of a series, ascending; ranges that are lost for ever are reported as `lost`. */
  async *history(
    peer: string,
    protocols: readonly string[],
    question: HistoryQuestion,
    signal: AbortSignal
  ): AsyncGenerator<HistoryEvent, void, void> {
    let left = question.limit ?? Number.POSITIVE_INFINITY
    let from = question.from
    let lostPages = 0
    for (;;) {
      const page = await this.#historyPage(peer, protocols, { ...question, from, limit: left }, signal)
      yield* page.events
      left -= page.events.length
      from = page.next
      // Sealed bytes that overlap may end behind `to`: what was asked for is complete.
      if (from === undefined || from.seq > (question.to ?? Number.POSITIVE_INFINITY)) return
      if (left <= 0) return yield { kind: 'next', next: from }
      lostPages = page.events.every(({ kind }) => kind === 'lost') ? lostPages + 1 : 0
      if (lostPages >= MAX_LOST_PAGES)
        throw misbehaving(peer, new Error('it goes on with ranges that are lost, without readings'))
    }
  }

  /** How far our clock is from a peer's. @throws NodeError 'no-data' where its time is unknown */
  async time(peer: string, protocols: readonly string[], signal: AbortSignal): Promise<TimeOffset> {
    const { clock } = this.#init
    return await this.#use(peer, protocols, signal, async (link) => {
      let found: TimeOffset | undefined
      const asked = clock.monotonic()
      await this.#exchange(link, { op: 'time' }, signal, ({ time }) => {
        if (time === undefined) return
        found = timeOffset({ asked, came: clock.monotonic(), now: clock.now() }, time)
      })
      if (found === undefined) throw misbehaving(peer, new Error('it ends without a time'))
      return found
    })
  }

  /** Resets every stream; what is asked on them fails with 'closing'. */
  stop(): void {
    this.#pool.close()
  }

  /**
   * Does `work` on a link. Where a link that served before turns out to be gone, the other side having
   * closed it meanwhile, the work is done once more on a new one.
   */
  async #use<T>(
    peer: string,
    protocols: readonly string[],
    signal: AbortSignal,
    work: (link: QueryLink) => Promise<T>
  ): Promise<T> {
    signal.throwIfAborted()
    const link = this.#pool.ready(peer, protocols) ?? (await this.#pool.get(peer, protocols, signal))
    const wasWarm = link.isWarm
    try {
      return await work(link)
    } catch (error) {
      if (!wasWarm || !link.closed || !isNodeError(error, 'link-broken')) throw error
    }
    return await work(await this.#pool.get(peer, protocols, signal))
  }

  #historyPage(
    peer: string,
    protocols: readonly string[],
    { n, who, from, to, limit }: HistoryQuestion & { limit: number },
    signal: AbortSignal
  ): Promise<HistoryPage> {
    const question = { n, ...defined({ who }) }
    const start = from && { run: { epoch: from.epoch, boot: from.boot }, from: from.seq }
    const { historyItems, answerBytes } = this.#init.limits
    return this.#use(peer, protocols, signal, async (link) => {
      // A circuit over a relay is not cut within a page: the next page is asked for over the next circuit.
      const items = Math.min(limit, historyItems, itemsWithin(link.connection, answerBytes))
      const match = selectedSeries(question, peer)
      const page = new HistoryPage({
        ...{ from, to, limit: items, verify: readingsCheck(this.#init.verifier, link, question) },
        isAuthor: (who ?? parseSeries(n)?.peer ?? peer) === peer,
        isAsked: (series) => match(partsOfSeries(series))
      })
      const request = { op: 'history', ...question, ...start, ...defined({ to }), limit: items }
      await this.#exchange(link, request, signal, (answer) => page.add(answer))
      return page
    })
  }

  #exchange(
    link: QueryLink,
    request: Omit<QueryRequest, 'id'>,
    signal: AbortSignal,
    onAnswer: (answer: QueryAnswer) => void
  ): Promise<void> {
    const { clock, limits } = this.#init
    return exchange({ link, request, clock, deadline: limits.deadline, signal, onAnswer })
  }
}

interface Begun {
  readonly link: QueryLink
  readonly observing: Observing
  readonly first: ObserveEvent
}

/** Waits for the first event, which shows that the request was accepted. */
async function begun(observing: Observing): Promise<{ observing: Observing; first: ObserveEvent }> {
  try {
    return { observing, first: await observing.next() }
  } catch (error) {
    observing.end()
    throw error
  }
}
