import type { Stream } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { FrameStream } from '../frame-stream.ts'
import { remoteQueryError } from '../query/codec/query-error.ts'
import type { Warm } from '../warm-pool.ts'
import { type Answer, decodeAnswer, encodeAsk, type Question } from './codec.ts'
import { MAX_ANSWER_BYTES } from './constants.ts'
import type { NeighboursLimits } from './limits.ts'

export interface AskLinkInit {
  readonly stream: Stream
  readonly peer: string
  readonly clock: Clock
  readonly limits: NeighboursLimits
  readonly onClose: () => void
}

interface Waiting {
  resolve(answer: Answer): void
  reject(error: Error): void
  /** Whether nobody waits any more; the answer may still come. */
  isGivenUp: boolean
}

/** One stream of our own to a neighbour, kept for the next question. */
export class AskLink implements Warm {
  readonly #init: AskLinkInit
  readonly #frames: FrameStream
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1

  constructor(init: AskLinkInit) {
    const { stream, clock, limits } = init
    this.#init = init
    this.#frames = new FrameStream({
      stream,
      clock,
      maxBytes: MAX_ANSWER_BYTES,
      writeDeadline: limits.write,
      onFrame: (frame) => this.#deliver(decodeAnswer(frame)),
      onRemoteEnd: () => this.close(ended(init.peer)),
      onClose: (error) => this.#onClose(error)
    })
  }

  get isIdle(): boolean {
    return [...this.#waiting.values()].every(({ isGivenUp }) => isGivenUp)
  }

  /** @throws NodeError with the code of an error answer, 'busy', 'link-broken'; the signal's reason */
  async ask(question: Question, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted()
    this.#makeRoom()
    const id = this.#nextId++
    // What cannot be sent is not waited for; answers come in a later turn of the event loop.
    this.#frames.write(encodeAsk({ ...question, id }))
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const waiting: Waiting = { resolve, reject, isGivenUp: false }
    const giveUp = (): void => {
      waiting.isGivenUp = true
      reject(signal.reason)
    }
    this.#waiting.set(id, waiting)
    signal.addEventListener('abort', giveUp, { once: true })
    try {
      const answer = await promise
      if ('error' in answer) throw remoteQueryError(this.#init.peer, answer.error)
      return answer
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  close(error: Error): void {
    if (this.#waiting.size === 0 && !this.#frames.closed) this.#frames.close()
    else this.#frames.abort(error)
  }

  /** A neighbour that answers nothing loses its stream. @throws NodeError 'busy' */
  #makeRoom(): void {
    if (this.#waiting.size < this.#init.limits.openAsks) return
    const error = new NodeError('busy', `${this.#waiting.size} questions to ${this.#init.peer} are open`, {
      remedy: 'retry'
    })
    if (this.isIdle) this.close(error)
    throw error
  }

  /** @throws NodeError 'bad-frame' for an answer that nobody asked for, which resets the stream */
  #deliver(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    if (waiting === undefined) throw new NodeError('bad-frame', `no question ${answer.id} is open`)
    this.#waiting.delete(answer.id)
    waiting.resolve(answer)
  }

  #onClose(cause: Error | undefined): void {
    for (const { reject } of this.#waiting.values()) reject(ended(this.#init.peer, cause))
    this.#waiting.clear()
    this.#init.onClose()
  }
}

function ended(peer: string, cause?: Error): NodeError {
  return new NodeError('link-broken', `${peer} ended the stream`, { remedy: 'retry', cause })
}
