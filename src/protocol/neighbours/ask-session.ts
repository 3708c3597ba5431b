import type { Stream } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import type { Caller } from '../../peer/admission.ts'
import { FrameStream } from '../frame-stream.ts'
import { errorAnswerOf, QueryError } from '../query/codec/query-error.ts'
import { SilenceTimer } from '../silence-timer.ts'
import type { TokenBuckets } from '../token-bucket.ts'
import type { Answerer } from './answerer.ts'
import { type Answer, type Ask, type BadAsk, decodeAsk, encodeAnswer } from './codec.ts'
import { MAX_ASK_BYTES } from './constants.ts'
import type { NeighboursLimits } from './limits.ts'

export interface AskSessionInit {
  readonly stream: Stream
  readonly caller: Caller
  readonly clock: Clock
  readonly limits: NeighboursLimits
  readonly answerer: Pick<Answerer, 'answer'>
  /** Error answers to a caller: beyond them its stream is reset. */
  readonly errors: TokenBuckets
  readonly count: (what: string) => void
  readonly onClose: () => void
}

/** The opener closes an idle stream first. */
const IDLE_FACTOR = 1.5

/** One inbound stream of questions; each is answered when its answer is there. */
export class AskSession {
  readonly #init: AskSessionInit
  readonly #frames: FrameStream
  readonly #idle: SilenceTimer
  /** Questions whose answer the stream has not taken yet. */
  readonly #open = new Set<number>()
  #remoteEnded = false

  constructor(init: AskSessionInit) {
    const { stream, clock, limits } = init
    this.#init = init
    this.#idle = new SilenceTimer(clock, limits.idle * IDLE_FACTOR, () => this.#onSilence())
    this.#frames = new FrameStream({
      stream,
      clock,
      maxBytes: MAX_ASK_BYTES,
      writeDeadline: limits.write,
      onFrame: (frame) => this.#take(decodeAsk(frame)),
      onRemoteEnd: () => {
        this.#remoteEnded = true
        if (this.#open.size === 0) this.#frames.close()
      },
      onClose: () => {
        this.#idle.stop()
        init.onClose()
      }
    })
  }

  close(error: Error): void {
    this.#frames.abort(error)
  }

  /** @throws NodeError 'bad-frame', which resets the stream */
  #take(ask: Ask | BadAsk): void {
    if (this.#open.has(ask.id)) throw new NodeError('bad-frame', `question ${ask.id} is open already`)
    // Who asks on without reading fills no memory: what waits is as many answers.
    if (this.#open.size >= this.#init.limits.openAsks)
      throw new NodeError('bad-frame', `more than ${this.#open.size} questions are open`)
    this.#idle.touch()
    this.#open.add(ask.id)
    this.#answer(ask)
      .catch((error: unknown) => this.close(error instanceof Error ? error : new Error(String(error))))
      .finally(() => this.#done(ask.id))
  }

  async #answer(ask: Ask | BadAsk): Promise<void> {
    const answer = await this.#answerTo(ask)
    if ('error' in answer) this.#charge(answer.error.code)
    if (!this.#frames.closed) await this.#frames.write(encodeAnswer(answer))
  }

  /** @throws NodeError 'flood' */
  #charge(code: string): void {
    const { count, errors, caller } = this.#init
    count(`error-${code}`)
    if (!errors.take(caller.peer)) throw new NodeError('flood', 'too many questions that cannot be answered')
  }

  async #answerTo(ask: Ask | BadAsk): Promise<Answer> {
    const { id } = ask
    try {
      if ('error' in ask) throw new QueryError(ask.error.code, ask.error.text)
      return { id, ...(await this.#init.answerer.answer(ask, this.#init.caller)) }
    } catch (error) {
      return { id, error: errorAnswerOf(error) }
    }
  }

  #done(id: number): void {
    this.#open.delete(id)
    if (this.#remoteEnded && this.#open.size === 0 && !this.#frames.closed) this.#frames.close()
  }

  #onSilence(): void {
    if (this.#open.size === 0)
      this.close(new NodeError('idle', 'no question came on this stream', { remedy: 'retry' }))
  }
}
