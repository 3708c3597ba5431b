import type { Clock } from '../../../clock.ts'
import type { Catalogue } from '../../../reading/signed/catalogue.ts'
import type { Startable } from '../../../startable.ts'
import type { Datagrams } from '../../datagram/datagrams.ts'
import { WarmPool } from '../../warm-pool.ts'
import type { QueryLimits } from '../limits.ts'
import type { Question } from './answer-check.ts'
import type { AnswerVerifier } from './answer-verifier.ts'
import { type DatagramAnswer, DatagramQuery } from './datagram-query.ts'

export interface DatagramQueryClientComponents {
  readonly datagrams: Pick<Datagrams, 'open'>
  readonly clock: Clock
  readonly verifier: AnswerVerifier
}

export interface DatagramQueryClientInit {
  readonly limits: QueryLimits
}

/**
 * Asks other nodes by datagram: one packet each way, over a flow for each peer and protocol that is kept
 * for the next question. A first question leaves together with what opens its flow, one round trip in all.
 * Throws what DatagramQuery and Datagrams.open do; where it fails, a stream may still answer.
 */
export class DatagramQueryClient implements Startable {
  readonly name = 'datagram-query-client'
  readonly #pool: WarmPool<DatagramQuery>

  constructor(components: DatagramQueryClientComponents, init: DatagramQueryClientInit) {
    this.#pool = new WarmPool({
      clock: components.clock,
      capacity: init.limits.links,
      deadline: init.limits.deadline,
      // A flow without requests takes a place in its peer's session.
      idle: init.limits.idle,
      kind: 'flow',
      open: (peer, protocols, _signal, onEnd) => openQuery({ ...components, ...init }, peer, protocols, onEnd)
    })
  }

  /** Flows kept open. */
  get size(): number {
    return this.#pool.size
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

  /** The catalogue of a peer, or the one it holds of another. */
  describe(
    peer: string,
    protocols: readonly string[],
    question: Pick<Question, 'who'>,
    signal: AbortSignal
  ): Promise<Catalogue> {
    return this.#use(peer, protocols, signal, (query) => query.describe(question, signal))
  }

  /** Closes every flow. */
  stop(): void {
    this.#pool.close()
  }

  #use<T>(
    peer: string,
    protocols: readonly string[],
    signal: AbortSignal,
    work: (query: DatagramQuery) => Promise<T>
  ): Promise<T> {
    const ready = this.#pool.ready(peer, protocols)
    return ready === undefined ? this.#pool.get(peer, protocols, signal).then(work) : work(ready)
  }
}

async function openQuery(
  { datagrams, clock, verifier, limits }: DatagramQueryClientComponents & DatagramQueryClientInit,
  peer: string,
  protocols: readonly string[],
  onEnd: () => void
): Promise<DatagramQuery> {
  let query: DatagramQuery | undefined
  const flow = await datagrams.open(peer, protocols, {
    receive: (bytes) => query?.receive(bytes),
    early: protocols.length === 1
  })
  query = new DatagramQuery({ flow, clock, verifier, limits })
  flow.onEnd(onEnd)
  return query
}
