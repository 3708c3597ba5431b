import type { Cancel, Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { Meta } from '../../reading/meta.ts'
import type { SealedReadings } from '../../reading/sealed.ts'
import { checkedMeta, type Question, readingsCheck } from './answer-check.ts'
import { decodeAnswer } from './answer-codec.ts'
import type { AnswerDoor } from './answer-door.ts'
import type { QueryAnswer, QueryRequest } from './frame.ts'
import type { QueryLimits } from './limits.ts'
import { misbehaving } from './query-link.ts'
import { remoteRefusal } from './refusal.ts'
import { encodeRequest } from './request-codec.ts'

export interface DatagramQueryInit {
  readonly peer: string
  /** The ProtocolName of the flow. */
  readonly protocol: string
  /** Sends one packet; may lose it. */
  readonly send: (bytes: Uint8Array) => void
  readonly clock: Clock
  readonly door: AnswerDoor
  readonly limits: QueryLimits
  /** The smoothed round trip in milliseconds, where one was measured. */
  readonly srtt: () => number | undefined
}

export interface DatagramAnswer {
  readonly packs: readonly SealedReadings[]
  /** Packs that found no room in the packet: ask for them by name, or over a stream. */
  readonly left: number
}

// wire.md, Asking: over a datagram.
const LEAST_WAIT = 100
const RETRIES = 4

/** Asks over a flow of datagrams: each request is repeated with the same id until its answer comes. */
export class DatagramQuery {
  readonly #init: DatagramQueryInit
  readonly #waiting = new Map<number, (answer: QueryAnswer) => void>()
  #nextId = 1

  constructor(init: DatagramQueryInit) {
    this.#init = init
  }

  /** The latest of up to 16 series, tails or devices, as far as one packet carries them. */
  async read(question: Question, signal: AbortSignal): Promise<DatagramAnswer> {
    const check = readingsCheck(this.#init.door, this.#init, question)
    return await this.#ask({ op: 'read', ...question }, signal, (answer) => ({
      packs: check(answer),
      left: answer.skip ?? 0
    }))
  }

  async describe(question: Pick<Question, 'who'>, signal: AbortSignal): Promise<Meta> {
    const author = question.who ?? this.#init.peer
    return await this.#ask({ op: 'describe', ...question }, signal, (answer) => {
      const meta = checkedMeta(this.#init.door, answer, author)
      if (meta === undefined) throw new Error('it answers without a catalogue')
      return meta
    })
  }

  /** Takes a packet of the flow. What answers nothing is dropped: a repeated answer is no offence. */
  receive(bytes: Uint8Array): void {
    try {
      const answer = decodeAnswer(bytes, this.#init.limits.answerBytes)
      this.#waiting.get(answer.id)?.(answer)
    } catch {
      // Not an answer: the retry asks again.
    }
  }

  /** @throws NodeError 'deadline', 'busy', 'misbehaving', a code of the closed list; the signal's reason */
  async #ask<T>(
    request: Omit<QueryRequest, 'id'>,
    signal: AbortSignal,
    read: (answer: QueryAnswer) => T
  ): Promise<T> {
    const { peer, limits } = this.#init
    signal.throwIfAborted()
    if (this.#waiting.size >= limits.requestsPerStream) {
      throw new NodeError('busy', `${this.#waiting.size} questions to ${peer} are open`, { remedy: 'retry' })
    }
    const id = this.#nextId
    this.#nextId += 1
    const { promise, resolve, reject } = Promise.withResolvers<QueryAnswer>()
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    this.#waiting.set(id, resolve)
    const stop = this.#repeat(encodeRequest({ id, ...request }), reject)
    try {
      return readAnswer(peer, await promise, read)
    } finally {
      stop()
      this.#waiting.delete(id)
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Sends now and after each wait, which doubles; gives up after the last. */
  #repeat(bytes: Uint8Array, fail: (error: Error) => void): Cancel {
    const { clock, peer, send, srtt } = this.#init
    let wait = Math.max(LEAST_WAIT, 3 * (srtt() ?? 0))
    let cancel: Cancel = () => {}
    const attempt = (retries: number): void => {
      try {
        send(bytes)
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
        return
      }
      const next = (): void => (retries === 0 ? fail(unanswered(peer)) : attempt(retries - 1))
      cancel = clock.after(wait, next)
      wait *= 2
    }
    attempt(RETRIES)
    return () => cancel()
  }
}

function readAnswer<T>(peer: string, answer: QueryAnswer, read: (answer: QueryAnswer) => T): T {
  if (answer.error !== undefined) throw remoteRefusal(peer, answer.error)
  try {
    return read(answer)
  } catch (error) {
    throw misbehaving(peer, error)
  }
}

function unanswered(peer: string): NodeError {
  return new NodeError('deadline', `${peer} answers no datagram`, {
    remedy: 'retry',
    hint: 'ask over a stream'
  })
}
