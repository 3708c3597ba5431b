import { Duplex } from 'node:stream'
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import { NodeError } from '../../../error.ts'

/** Bytes given to the stream at a time, so that no more than this waits in it beyond its window. */
const MAX_WRITE = 65_536

/**
 * A libp2p stream as a Duplex of Node, with back-pressure both ways. Each side ends on its own; destroying the Duplex
 * before both have ended resets the stream, and a reset destroys the Duplex with NodeError 'link-broken'.
 * @param used called with bytes that come or go
 */
export function duplexOf(stream: Stream, used: () => void = () => {}): Duplex {
  return new StreamDuplex(stream, used)
}

class StreamDuplex extends Duplex {
  readonly #stream: Stream
  readonly #used: () => void
  /** Whether the other side ended its writing: a stream that is closed without it was cut off. */
  #remoteEnded: boolean
  #wantsMore = true
  #resuming = false

  constructor(stream: Stream, used: () => void) {
    super()
    // A reset that comes before anybody listens must not end the process; finished() still rejects.
    this.on('error', () => {})
    this.#stream = stream
    this.#used = used
    this.#remoteEnded = stream.status === 'open' && stream.remoteWriteStatus === 'closed'
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('remoteCloseWrite', this.#onRemoteEnd)
    stream.addEventListener('end', this.#onReadEnd)
    stream.addEventListener('close', this.#onClose)
    if (stream.status !== 'open') queueMicrotask(() => this.destroy(cutOff()))
    else if (stream.readableEnded) this.#onReadEnd()
  }

  override _read(): void {
    if (this.#stream.readStatus !== 'paused' || this.#resuming) return
    this.#resuming = true
    this.#wantsMore = true
    this.#stream.resume()
    this.#resuming = false
    this.#pauseIfFull()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#send(chunk).then(() => done(), done)
  }

  override _final(done: (error?: Error) => void): void {
    this.#stream.close().then(
      () => done(),
      (cause: unknown) => done(cutOff(cause))
    )
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stream.removeEventListener('message', this.#onMessage)
    // Does nothing on a stream that has ended both ways.
    this.#stream.abort(error ?? new Error('the stream was given up'))
    done(error)
  }

  async #send(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; at += MAX_WRITE) {
      this.#used()
      let canSendMore: boolean
      try {
        canSendMore = this.#stream.send(chunk.subarray(at, at + MAX_WRITE))
      } catch (cause) {
        throw cutOff(cause)
      }
      if (!canSendMore) await this.#drained()
    }
  }

  /** Waits without a deadline: a program may read as slowly as it likes. Not by onDrain() (docs/network.md trap 7). */
  #drained(): Promise<void> {
    const stream = this.#stream
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onDrain = (): void =>
      // The stream sends what waits in a microtask of its own, which was queued before.
      queueMicrotask(() => {
        if (!stream.writableNeedsDrain) settle(resolve)
      })
    const onClose = (): void => settle(() => reject(cutOff()))
    const settle = (end: () => void): void => {
      stream.removeEventListener('drain', onDrain)
      stream.removeEventListener('close', onClose)
      end()
    }
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('close', onClose)
    return promise
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    this.#used()
    for (const chunk of data instanceof Uint8Array ? [data] : data) this.#wantsMore = this.push(chunk)
    this.#pauseIfFull()
  }

  /** Not while resume() runs, which would open the window again (docs/network.md trap 25). */
  #pauseIfFull(): void {
    if (!this.#wantsMore && !this.#resuming && this.#stream.readStatus === 'readable') this.#stream.pause()
  }

  readonly #onRemoteEnd = (): void => {
    this.#remoteEnded = true
  }

  readonly #onReadEnd = (): void => {
    if (this.#remoteEnded) this.push(null)
    else this.destroy(cutOff())
  }

  readonly #onClose = ({ error }: StreamCloseEvent): void => {
    if (error !== undefined || !this.#remoteEnded) this.destroy(cutOff(error))
  }
}

function cutOff(cause?: unknown): NodeError {
  return new NodeError('link-broken', 'the stream was cut off', { remedy: 'retry', cause })
}
