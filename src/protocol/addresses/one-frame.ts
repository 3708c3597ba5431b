import type { Stream } from '@libp2p/interface'
import type { Clock } from '../../clock.ts'
import { NodeError } from '../../error.ts'
import { badFrame } from '../frame-splitter.ts'
import { FrameStream } from '../frame-stream.ts'
import { MAX_FRAME_BYTES } from './constants.ts'

/** A stream on which each side sends one frame and then ends its side. */
export class OneFrameStream {
  readonly #frames: FrameStream
  readonly #received = Promise.withResolvers<Uint8Array>()
  #isReceived = false

  /** Resets the stream after `deadline` milliseconds. */
  constructor(stream: Stream, clock: Clock, deadline: number) {
    const cancel = clock.after(deadline, () =>
      this.#frames.abort(new NodeError('deadline', `not done within ${deadline} ms`, { remedy: 'retry' }))
    )
    // It may fail before it is waited for.
    this.#received.promise.catch(() => {})
    this.#frames = new FrameStream({
      stream,
      clock,
      maxBytes: MAX_FRAME_BYTES,
      writeDeadline: deadline,
      onFrame: (frame) => this.#take(frame),
      onRemoteEnd: () => this.#received.reject(ended()),
      onClose: (error) => {
        cancel()
        this.#received.reject(error ?? ended())
      }
    })
  }

  /** The other side's frame. @throws NodeError 'bad-frame', 'link-broken', 'deadline'; why the stream was reset */
  get received(): Promise<Uint8Array> {
    return this.#received.promise
  }

  /** Sends the one frame of this side. @throws NodeError 'link-broken', 'slow-reader' */
  async send(frame: Uint8Array): Promise<void> {
    await this.#frames.write(frame)
    this.#frames.close()
  }

  abort(error: Error): void {
    this.#frames.abort(error)
  }

  #take(frame: Uint8Array): void {
    if (this.#isReceived) throw badFrame('it is one too many')
    this.#isReceived = true
    this.#received.resolve(frame.slice())
  }
}

function ended(): NodeError {
  return new NodeError('link-broken', 'the stream ended without a frame', { remedy: 'retry' })
}
