import type { Stream } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { badFrame } from '../frame-splitter.ts'
import { FrameStream } from '../frame-stream.ts'
import { decodeFrame, encodeFrame, encodeRefusal, type Frames, type Refusal } from './codec.ts'
import { MAX_FRAME_BYTES } from './constants.ts'

/** A stream on which the sides send their frames by turns. */
export class PairStream {
  readonly #frames: FrameStream
  readonly #cancel: () => void
  #next = Promise.withResolvers<Uint8Array>()
  #isNextThere = false
  /** Why no further frame comes. */
  #ended: Error | undefined

  /** Resets the stream after `deadline` milliseconds. */
  constructor(stream: Stream, clock: Clock, deadline: number) {
    this.#cancel = clock.after(deadline, () => this.abort(late(deadline)))
    this.#heed()
    this.#frames = new FrameStream({
      stream,
      clock,
      maxBytes: MAX_FRAME_BYTES,
      writeDeadline: deadline,
      onFrame: (frame) => this.#take(frame),
      onRemoteEnd: () => this.#end(undefined),
      onClose: (error) => this.#end(error)
    })
  }

  /**
   * The other side's next frame.
   * @throws NodeError 'bad-frame', 'link-broken', 'deadline'; PairRefused
   */
  async receive<Kind extends keyof Frames>(kind: Kind): Promise<Frames[Kind]> {
    const bytes = await this.#next.promise
    this.#next = Promise.withResolvers()
    this.#isNextThere = false
    this.#heed()
    if (this.#ended !== undefined) this.#next.reject(this.#ended)
    const frame = decodeFrame(kind, bytes)
    if ('refusal' in frame) throw new PairRefused(frame.refusal)
    return frame
  }

  /** @throws NodeError 'link-broken', 'slow-reader' */
  async send<Kind extends keyof Frames>(kind: Kind, frame: Frames[Kind]): Promise<void> {
    await this.#frames.write(encodeFrame(kind, frame))
  }

  /** Says why there is no pairing, and ends. @throws NodeError 'link-broken', 'slow-reader' */
  async refuse(refusal: Refusal): Promise<void> {
    await this.#frames.write(encodeRefusal(refusal))
    this.close()
  }

  close(): void {
    this.#cancel()
    this.#frames.close()
  }

  abort(error: Error): void {
    this.#cancel()
    this.#frames.abort(error)
  }

  #take(frame: Uint8Array): void {
    if (this.#isNextThere) throw badFrame('it is out of turn')
    this.#isNextThere = true
    this.#next.resolve(frame.slice())
  }

  #end(error: Error | undefined): void {
    this.#ended ??= error ?? new NodeError('link-broken', 'the stream ended', { remedy: 'retry' })
    this.#next.reject(this.#ended)
  }

  /** It may fail before it is waited for. */
  #heed(): void {
    this.#next.promise.catch(() => {})
  }
}

/** The other side says why there is no pairing. */
export class PairRefused extends Error {
  readonly code: string

  constructor({ code, text }: Refusal) {
    super(text)
    this.name = 'PairRefused'
    this.code = code
  }
}

function late(deadline: number): NodeError {
  return new NodeError('deadline', `not done within ${deadline} ms`, { remedy: 'retry' })
}
