import type { Clock } from '../../../clock.ts'
import type { Catalogue } from '../../../reading/signed/catalogue.ts'
import type { SealedReadings } from '../../../reading/signed/sealed.ts'
import { DatagramExchange } from '../../datagram/exchange.ts'
import type { DatagramFlow } from '../../datagram/flow.ts'
import { decodeAnswer } from '../codec/answer.ts'
import type { QueryAnswer } from '../codec/frame.ts'
import { remoteQueryError } from '../codec/query-error.ts'
import { encodeRequest } from '../codec/request.ts'
import type { QueryLimits } from '../limits.ts'
import { checkedCatalogue, type Question, readingsCheck } from './answer-check.ts'
import type { AnswerVerifier } from './answer-verifier.ts'
import { misbehaving } from './query-link.ts'

export interface DatagramQueryInit {
  /** A flow of a sensor protocol; what it receives goes to receive(). */
  readonly flow: DatagramFlow
  readonly clock: Clock
  readonly verifier: AnswerVerifier
  readonly limits: QueryLimits
}

export interface DatagramAnswer {
  readonly packs: readonly SealedReadings[]
  /** Packs that found no room in the packet: ask for them by name, or over a stream. */
  readonly left: number
}

/**
 * Asks over one flow of datagrams, a packet each way (exchange.ts). Its methods throw NodeError
 * 'no-answer', 'datagram-lost', 'datagram-too-big', 'busy', 'misbehaving', a code of the closed list; the
 * signal's reason.
 */
export class DatagramQuery {
  readonly #init: DatagramQueryInit
  readonly #exchange: DatagramExchange<QueryAnswer>
  #nextId = 1

  constructor(init: DatagramQueryInit) {
    const { clock, flow, limits } = init
    this.#init = init
    this.#exchange = new DatagramExchange({
      clock,
      read: (bytes) => answerOf(bytes, limits.answerBytes),
      pending: limits.requestsPerStream,
      deadline: limits.deadline
    })
    flow.onEnd(() => this.#exchange.flowEnded(flow))
  }

  get flow(): DatagramFlow {
    return this.#init.flow
  }

  /** Whether nothing is asked at present. */
  get isIdle(): boolean {
    return this.#exchange.size === 0
  }

  close(): void {
    this.flow.close()
  }

  /** The latest of up to 16 series, tails or devices, as far as one packet carries them. */
  async read(question: Question, signal: AbortSignal): Promise<DatagramAnswer> {
    const asked = this.#ask('read', question, signal)
    // Made while the question travels.
    const check = readingsCheck(this.#init.verifier, this.flow, question)
    const answer = await asked
    return this.#read(answer, () => ({ packs: check(answer), left: answer.skip ?? 0 }))
  }

  async describe(question: Pick<Question, 'who'>, signal: AbortSignal): Promise<Catalogue> {
    const author = question.who ?? this.flow.peer
    const answer = await this.#ask('describe', question, signal)
    return this.#read(answer, () => {
      const meta = checkedCatalogue(this.#init.verifier, answer, author)
      if (meta === undefined) throw new Error('it answers without a catalogue')
      return meta
    })
  }

  /** Takes a packet of the flow. What answers nothing is dropped: a repeated answer is no offence. */
  receive(bytes: Uint8Array): void {
    this.#exchange.receive(bytes)
  }

  #ask(op: string, { n, who }: Question, signal: AbortSignal): Promise<QueryAnswer> {
    const id = this.#nextId++
    return this.#exchange.ask(this.flow, id, encodeRequest({ id, op, n, who }), signal)
  }

  #read<T>({ error }: QueryAnswer, read: () => T): T {
    if (error !== undefined) throw remoteQueryError(this.flow.peer, error)
    try {
      return read()
    } catch (cause) {
      throw misbehaving(this.flow.peer, cause)
    }
  }
}

/** Noise is not an answer: the retry asks again. */
function answerOf(bytes: Uint8Array, maxBytes: number): QueryAnswer | undefined {
  try {
    // A datagram is its receiver's to keep, and holds little beside its packs.
    return decodeAnswer(bytes, maxBytes, 'views')
  } catch {
    return undefined
  }
}
