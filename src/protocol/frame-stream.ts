import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import type { Clock } from '../clock.ts'
import { NodeError } from '../error.ts'
import { abortAfter } from './abort-after.ts'
import { badFrame, FrameSplitter, prefixed } from './frame-splitter.ts'

export interface FrameReaderInit {
  readonly stream: Stream
  /** Bytes of a frame that is received. */
  readonly maxBytes: number
  /** An error that it throws resets the stream. */
  readonly onFrame: (frame: Uint8Array) => void
  /** The other side sends nothing any more; we may. */
  readonly onRemoteEnd: () => void
  /** Called once, when the stream has ended; at once by abort(), never by the constructor. */
  readonly onClose: (error: Error | undefined) => void
}

/**
 * Frames that arrive on a libp2p stream. lpStream takes lengths that are not minimal and waits several
 * times for each frame; this hands frames on as they arrive, so nothing waits unread, and nobody may
 * throw into libp2p (docs/network.md trap 9).
 */
export class FrameReader {
  readonly #init: FrameReaderInit
  readonly #splitter: FrameSplitter
  #closed = false

  constructor(init: FrameReaderInit) {
    this.#init = init
    this.#splitter = new FrameSplitter(init.maxBytes)
    const { stream } = init
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('remoteCloseWrite', this.#onRemoteEnd)
    stream.addEventListener('close', this.#onClose)
    if (stream.status !== 'open') queueMicrotask(() => this.#close(undefined))
    else if (stream.remoteWriteStatus === 'closed') queueMicrotask(this.#onRemoteEnd)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Resets the stream; no frame comes after. */
  abort(error: Error): void {
    this.#close(error)
    this.#init.stream.abort(error)
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    try {
      this.#splitter.push(event.data.subarray(), (frame) => {
        if (!this.#closed) this.#init.onFrame(frame)
      })
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)))
    }
  }

  readonly #onRemoteEnd = (): void => {
    if (this.#closed) return
    if (this.#splitter.atBoundary) this.#init.onRemoteEnd()
    else this.abort(badFrame('it ends early'))
  }

  readonly #onClose = (event: StreamCloseEvent): void => this.#close(event.error)

  #close(error: Error | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#init.onClose(error)
  }
}

export interface FrameStreamInit extends FrameReaderInit {
  readonly clock: Clock
  /** Milliseconds until a stream that takes nothing is reset. */
  readonly writeDeadline: number
}

/** Frames in both directions over a libp2p stream; its writer waits for a reader that does not keep up. */
export class FrameStream {
  readonly #init: FrameStreamInit
  readonly #reader: FrameReader
  /** Settles when the stream takes bytes again; undefined while it does. */
  #blocked: Promise<void> | undefined

  constructor(init: FrameStreamInit) {
    this.#init = init
    this.#reader = new FrameReader(init)
  }

  get closed(): boolean {
    return this.#reader.closed
  }

  /**
   * Sends a frame, after those that wait. @returns undefined where the stream took it at once, else a
   * promise that settles when it may take the next: await it before the next write
   * @throws NodeError 'link-broken', 'slow-reader' (or rejects with it)
   */
  write(frame: Uint8Array): Promise<void> | undefined {
    if (this.closed) throw broken()
    if (this.#blocked !== undefined) return unheard(this.#blocked.then(() => this.write(frame)))
    try {
      if (!this.#init.stream.send(prefixed(frame))) this.#blocked = this.#drained()
    } catch (cause) {
      throw broken(cause)
    }
    return this.#blocked
  }

  /** Resets the stream. */
  abort(error: Error): void {
    this.#reader.abort(error)
  }

  /** Says that nothing more is sent; the stream is reset where it is not closed within the write deadline. */
  close(): void {
    const { stream, clock, writeDeadline } = this.#init
    abortAfter(stream, clock, writeDeadline, slow(writeDeadline))
    stream.close().catch((error: Error) => stream.abort(error))
  }

  /** By the event: the stream's own onDrain() works only once (docs/network.md trap 7). */
  #drained(): Promise<void> {
    const { stream, clock, writeDeadline } = this.#init
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const settle = (): void => {
      cancel()
      stream.removeEventListener('drain', settle)
      stream.removeEventListener('close', settle)
      this.#blocked = undefined
      if (this.closed || stream.status !== 'open') reject(broken())
      else resolve()
    }
    const cancel = clock.after(writeDeadline, () => this.abort(slow(writeDeadline)))
    stream.addEventListener('drain', settle)
    stream.addEventListener('close', settle)
    return unheard(promise)
  }
}

/** The last writer need not wait: a failure is no unhandled rejection, onClose reports it. */
function unheard(promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}

function broken(cause?: unknown): NodeError {
  return new NodeError('link-broken', 'the stream is closed', { remedy: 'retry', cause })
}

function slow(ms: number): NodeError {
  return new NodeError('slow-reader', `the reader took nothing for ${ms} ms`, { remedy: 'retry' })
}
