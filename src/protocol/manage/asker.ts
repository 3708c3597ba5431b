import type { Stream } from '@libp2p/interface'
import { type Clock, withDeadline } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { badFrame } from '../frame-splitter.ts'
import { FrameStream } from '../frame-stream.ts'
import { decodeAnswer, encodeRequest, type ManageAnswer, type ManageRequest } from './codec.ts'
import { MAX_ANSWER_BYTES, MAX_DOCUMENT_BYTES } from './constants.ts'
import type { ManageLimits } from './limits.ts'
import { remoteManageError } from './manage-error.ts'

const LINE_END = 0x0a

/** Asks another node, one request a stream. */
export class ManageAsker {
  readonly #clock: Clock
  readonly #limits: ManageLimits

  constructor(clock: Clock, limits: ManageLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  async *ask(
    stream: Stream,
    label: string,
    request: ManageRequest,
    signal: AbortSignal
  ): AsyncGenerator<unknown, void, void> {
    const answers = new Answers(stream, this.#clock, this.#limits.deadline)
    const stop = (): void => answers.abort(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    const isFollowing = request.op === 'logs' && request.follow === true
    try {
      signal.throwIfAborted()
      await answers.send(encodeRequest(request))
      const documents = new Documents()
      for (;;) {
        const next = (): Promise<ManageAnswer> => answers.next()
        // The other side may take its deadline twice: until it has the request, and until it has the answer.
        const answer = isFollowing
          ? await next()
          : await withDeadline(this.#clock, 2 * this.#limits.deadline, `an answer of ${label}`, next, signal)
        if ('error' in answer) throw remoteManageError(label, answer.error)
        if (answer.json !== undefined) yield* documents.take(answer.json)
        if (answer.end === true) return documents.end()
      }
    } finally {
      signal.removeEventListener('abort', stop)
      answers.abort(new NodeError('closing', 'nobody waits for the answer any more'))
    }
  }
}

/** The answers that arrive on a stream, until they are taken: no more bytes than one document has. */
class Answers {
  readonly #frames: FrameStream
  readonly #waiting: ManageAnswer[] = []
  #bytes = 0
  #failure: Error | undefined
  #wake: () => void = () => {}

  constructor(stream: Stream, clock: Clock, writeDeadline: number) {
    const ended = (): NodeError =>
      new NodeError('link-broken', 'the stream ended within an answer', { remedy: 'retry' })
    this.#frames = new FrameStream({
      stream,
      clock,
      maxBytes: MAX_ANSWER_BYTES,
      writeDeadline,
      onFrame: (frame) => this.#take(frame.slice()),
      onRemoteEnd: () => this.#fail(ended()),
      onClose: (error) => this.#fail(error ?? ended())
    })
  }

  async send(frame: Uint8Array): Promise<void> {
    await this.#frames.write(frame)
  }

  /** @throws NodeError why none comes */
  async next(): Promise<ManageAnswer> {
    while (this.#waiting.length === 0) {
      if (this.#failure !== undefined) throw this.#failure
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const answer = this.#waiting.shift()
    if (answer === undefined) throw badFrame('there is no answer')
    if (!('error' in answer)) this.#bytes -= answer.json?.length ?? 0
    return answer
  }

  abort(error: Error): void {
    this.#fail(error)
    if (!this.#frames.closed) this.#frames.abort(error)
  }

  #take(frame: Uint8Array): void {
    const answer = decodeAnswer(frame)
    if (!('error' in answer)) this.#bytes += answer.json?.length ?? 0
    if (this.#bytes > MAX_DOCUMENT_BYTES) throw badFrame('more comes than is taken')
    this.#waiting.push(answer)
    this.#wake()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }
}

/** Puts the parts of JSON documents together; each ends with its line. */
class Documents {
  readonly #parts: Uint8Array[] = []
  #length = 0;

  *take(bytes: Uint8Array): Generator<unknown, void, void> {
    let from = 0
    for (let at = bytes.indexOf(LINE_END); at !== -1; at = bytes.indexOf(LINE_END, from)) {
      this.#hold(bytes.subarray(from, at))
      from = at + 1
      yield this.#document()
    }
    this.#hold(bytes.subarray(from))
  }

  /** @throws NodeError 'bad-frame' within a document */
  end(): void {
    if (this.#length > 0) throw badFrame('it ends within a document')
  }

  #hold(part: Uint8Array): void {
    this.#length += part.length
    if (this.#length > MAX_DOCUMENT_BYTES) throw badFrame('a document is too long')
    if (part.length > 0) this.#parts.push(part)
  }

  #document(): unknown {
    const text = Buffer.concat(this.#parts).toString('utf8')
    this.#parts.length = 0
    this.#length = 0
    try {
      return JSON.parse(text)
    } catch {
      throw badFrame('a document is not JSON')
    }
  }
}
