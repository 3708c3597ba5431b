import { type Clock, withDeadline } from '../../../clock.ts'
import { NodeError } from '../../../error.ts'
import type { Catalogue } from '../../../reading/signed/catalogue.ts'
import type { Datagrams } from '../../datagram/datagrams.ts'
import type { QueryLimits } from '../limits.ts'
import { SilenceTimer } from '../silence-timer.ts'
import type { Question } from './answer-check.ts'
import type { AnswerVerifier } from './answer-verifier.ts'
import { type DatagramAnswer, DatagramQuery } from './datagram-query.ts'

export interface DatagramQueryClientInit {
  readonly datagrams: Pick<Datagrams, 'open'>
  readonly clock: Clock
  readonly door: AnswerVerifier
  readonly limits: QueryLimits
}

interface Warm {
  readonly query: DatagramQuery
  /** A flow that nobody asks on holds a place of its peer's session: it is closed after a while. */
  readonly idle: SilenceTimer
}

/**
 * Asks other nodes by datagram: one packet each way, over a flow for each peer and protocol that is kept
 * for the next question. A first question leaves together with what opens its flow, one round trip in all.
 * Throws what DatagramQuery and Datagrams.open do; where it fails, a stream may still answer.
 */
export class DatagramQueryClient {
  readonly #init: DatagramQueryClientInit
  /** In the order of their last use. */
  readonly #warm = new Map<string, Warm>()
  readonly #opening = new Map<string, Promise<DatagramQuery>>()

  constructor(init: DatagramQueryClientInit) {
    this.#init = init
  }

  /** Flows kept open. */
  get size(): number {
    return this.#warm.size
  }

  /** As many of the latest packs as one packet carries. @param protocols newest first */
  read(
    peer: string,
    protocols: readonly string[],
    question: Question,
    signal: AbortSignal
  ): Promise<DatagramAnswer> {
    return this.#use(peer, protocols, signal, (query) => query.read(question, signal))
  }

  /** The catalogue of a peer, or the one it holds of somebody else. */
  describe(
    peer: string,
    protocols: readonly string[],
    question: Pick<Question, 'who'>,
    signal: AbortSignal
  ): Promise<Catalogue> {
    return this.#use(peer, protocols, signal, (query) => query.describe(question, signal))
  }

  close(): void {
    for (const { query } of [...this.#warm.values()]) query.flow.close()
  }

  async #use<T>(
    peer: string,
    protocols: readonly string[],
    signal: AbortSignal,
    work: (query: DatagramQuery) => Promise<T>
  ): Promise<T> {
    const key = [peer, ...protocols].join(' ')
    const query = this.#warm.get(key)?.query ?? (await this.#join(key, peer, protocols, signal))
    this.#used(key)
    return await work(query)
  }

  /** All who ask meanwhile share one flow. */
  #join(
    key: string,
    peer: string,
    protocols: readonly string[],
    signal: AbortSignal
  ): Promise<DatagramQuery> {
    const { clock, limits } = this.#init
    const opening =
      this.#opening.get(key) ?? this.#open(key, peer, protocols).finally(() => this.#opening.delete(key))
    this.#opening.set(key, opening)
    return withDeadline(clock, limits.deadline, `datagrams with ${peer}`, () => opening, signal)
  }

  async #open(key: string, peer: string, protocols: readonly string[]): Promise<DatagramQuery> {
    const { datagrams, clock, door, limits } = this.#init
    this.#makeRoom()
    let query: DatagramQuery | undefined
    const flow = await datagrams.open(peer, protocols, {
      receive: (bytes) => query?.receive(bytes),
      early: protocols.length === 1
    })
    query = new DatagramQuery({ flow, clock, door, limits })
    const warm = this.#warmed(query)
    this.#warm.set(key, warm)
    flow.onEnd(() => this.#forget(key, warm))
    return query
  }

  #warmed(query: DatagramQuery): Warm {
    const { clock, limits } = this.#init
    const idle = new SilenceTimer(clock, limits.idle, () => {
      if (query.isIdle) query.flow.close()
    })
    return { query, idle }
  }

  #used(key: string): void {
    const warm = this.#warm.get(key)
    if (warm === undefined) return
    warm.idle.touch()
    this.#warm.delete(key)
    this.#warm.set(key, warm)
  }

  #forget(key: string, warm: Warm): void {
    warm.idle.stop()
    if (this.#warm.get(key) === warm) this.#warm.delete(key)
  }

  /** @throws NodeError 'busy' */
  #makeRoom(): void {
    if (this.#warm.size + this.#opening.size < this.#init.limits.links) return
    const idle = [...this.#warm.values()].find(({ query }) => query.isIdle)
    if (idle === undefined)
      throw new NodeError('busy', 'too many flows of ours are open', { remedy: 'retry' })
    idle.query.flow.close()
  }
}
